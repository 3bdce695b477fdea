//! The lines of plain logs that explain a failure, with their neighbours, in bounded memory.
