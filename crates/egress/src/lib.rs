//! Where answers go out: gRPC Context API, MCP, HTTP
