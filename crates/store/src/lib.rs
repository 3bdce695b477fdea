//! What is kept: a folder of Parquet behind one interface
