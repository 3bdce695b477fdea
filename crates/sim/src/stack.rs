//! Stack traces as the six runtimes print them. Lines of one code path have the same numbers each time.

use crate::shop::Language;

/// A line number that belongs to a place in the code: the same place always has the same one.
pub(crate) fn line_of(place: &str) -> usize {
    let hash = place.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    21 + (hash % 340) as usize
}

/// The trace below `kind: message`, for an exception that left `function` of `logger`.
pub(crate) fn trace(language: Language, kind: &str, message: &str, logger: &str, function: &str) -> String {
    let line = line_of(&format!("{logger}{function}"));
    let short = logger.rsplit(['.', '/', ':']).next().unwrap_or(logger);
    match language {
        Language::Java => java(kind, message, logger, short, function, line),
        Language::Python => python(kind, message, logger, function, line),
        Language::Go => format!(
            "{kind}: {message}\ngoroutine {} [running]:\nmain.{function}(...)\n\t/src/{logger}:{line} +0x1f4\nmain.handle(...)\n\t/src/server/handle.go:{} +0x88\nnet/http.(*conn).serve(...)\n\t/usr/local/go/src/net/http/server.go:2102 +0x625",
            40 + line,
            line_of(logger),
        ),
        Language::Node => format!(
            "{kind}: {message}\n    at {function} (/app/src/{logger}.js:{line}:17)\n    at async handle (/app/src/server.js:{}:9)\n    at async Object.dispatch (/app/node_modules/fastify/lib/handleRequest.js:124:5)\n    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)",
            line_of(logger),
        ),
        Language::Rust => format!(
            "{kind}: {message}\n   0: {logger}::{function}\n             at src/{}.rs:{line}\n   1: {logger}::handle\n             at src/{}.rs:{}\n   2: tower::util::oneshot::poll\n   3: hyper::proto::h1::dispatch::Dispatcher::poll_loop",
            short,
            short,
            line_of(logger),
        ),
        Language::DotNet => format!(
            "{kind}: {message}\n   at {logger}.{function}(HttpContext context, CancellationToken token) in /src/{short}.cs:line {line}\n   at Lanternfish.Hosting.Pipeline.InvokeAsync(HttpContext context) in /src/Hosting/Pipeline.cs:line {}\n   at Microsoft.AspNetCore.Routing.EndpointMiddleware.<Invoke>g__AwaitRequestTask|7_0(Endpoint endpoint, Task requestTask, ILogger logger)\n   at Microsoft.AspNetCore.Server.Kestrel.Core.Internal.Http.HttpProtocol.ProcessRequests[TContext](IHttpApplication`1 application)",
            line_of(logger),
        ),
    }
}

fn java(kind: &str, message: &str, logger: &str, short: &str, function: &str, line: usize) -> String {
    format!(
        "{kind}: {message}\n\tat {logger}.{function}({short}.java:{line})\n\tat {logger}.lambda$handle$1({short}.java:{})\n\tat io.github.resilience4j.retry.Retry.lambda$decorateCheckedSupplier$2(Retry.java:179)\n\tat org.springframework.web.servlet.mvc.method.annotation.ServletInvocableHandlerMethod.invokeAndHandle(ServletInvocableHandlerMethod.java:118)\n\tat org.springframework.web.servlet.DispatcherServlet.doDispatch(DispatcherServlet.java:1089)\n\tat jakarta.servlet.http.HttpServlet.service(HttpServlet.java:658)\n\tat org.apache.tomcat.util.net.NioEndpoint$SocketProcessor.doRun(NioEndpoint.java:1741)\n\tat java.base/java.lang.Thread.run(Thread.java:1583)",
        line_of(&format!("{logger}handle")),
    )
}

fn python(kind: &str, message: &str, logger: &str, function: &str, line: usize) -> String {
    let file = logger.replace('.', "/");
    format!(
        "Traceback (most recent call last):\n  File \"/app/server.py\", line {}, in dispatch\n    response = await handler(request)\n  File \"/app/{file}.py\", line {}, in handle\n    result = {function}(request)\n  File \"/app/{file}.py\", line {line}, in {function}\n    return self._run(step)\n{kind}: {message}",
        line_of("server"),
        line_of(&format!("{logger}handle")),
    )
}
