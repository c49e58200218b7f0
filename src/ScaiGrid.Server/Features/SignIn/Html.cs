using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;

namespace ScaiGrid.Server.Features.SignIn;

/// <summary>Markup. What is put into it is encoded, unless it is markup itself.</summary>
internal readonly record struct Html(string Markup)
{
    public static readonly Html None = new("");

    public static Html Of(FormattableString markup) => new(string.Format(
        CultureInfo.InvariantCulture,
        markup.Format,
        [.. markup.GetArguments().Select(a => a is Html html ? html.Markup : HtmlEncoder.Default.Encode(Convert.ToString(a, CultureInfo.InvariantCulture) ?? ""))]));

    public override string ToString() => Markup;
}

/// <summary>A page of the sign-in: no scripts, nothing from elsewhere, in nobody's frame, kept in no cache.</summary>
internal sealed class Page(string title, Html content, int status = StatusCodes.Status200OK, string? formTarget = null) : IResult
{
    private const string Style = """
        :root{color-scheme:light dark;--ink:#1c2024;--paper:#fff;--back:#f4f5f7;--line:#8b93a1;--accent:#1d4ed8;--on-accent:#fff;--bad:#b42318}
        @media(prefers-color-scheme:dark){:root{--ink:#eceef2;--paper:#1b1e24;--back:#111317;--line:#7d8590;--accent:#7aa7ff;--on-accent:#0b1220;--bad:#ff9b90}}
        body{margin:0;min-height:100vh;display:grid;place-items:center;background:var(--back);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
        main{box-sizing:border-box;width:min(24rem,100vw - 2rem);margin:1rem;padding:2rem;background:var(--paper);border-radius:.75rem;box-shadow:0 1px 4px #0003}
        h1{margin:0 0 .25rem;font-size:1.375rem}p{margin:.5rem 0}label{display:block;margin:1rem 0 .25rem;font-weight:600}
        input{box-sizing:border-box;width:100%;padding:.625rem;border:1px solid var(--line);border-radius:.375rem;background:transparent;color:inherit;font:inherit}
        button{width:100%;margin-top:1.25rem;padding:.75rem;border:1px solid var(--accent);border-radius:.375rem;background:var(--accent);color:var(--on-accent);font:inherit;font-weight:600;cursor:pointer}
        button.quiet{margin-top:.5rem;background:transparent;color:var(--accent)}:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
        .bad{color:var(--bad);font-weight:600}.code{font:600 1.25rem ui-monospace,monospace;letter-spacing:.1em;text-transform:uppercase}
        """;

    private static readonly string StyleHash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)));

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        var headers = response.Headers;
        response.StatusCode = status;
        response.ContentType = "text/html; charset=utf-8";
        headers.ContentSecurityPolicy =
            $"default-src 'none'; style-src 'sha256-{StyleHash}'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'{(formTarget is null ? "" : $" {formTarget}")}";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers.XFrameOptions = "DENY";
        headers.CacheControl = "no-store";
        var page = Html.Of($"""
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>{title} · ScaiGrid</title><style>{new Html(Style)}</style></head>
            <body><main><h1>{title}</h1>
            {content}
            </main></body></html>

            """);
        await response.WriteAsync(page.Markup, httpContext.RequestAborted);
    }
}

/// <summary>Sends the browser on with GET, whatever it came with (RFC 9700, section 4.12).</summary>
internal sealed class SeeOther(string location) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
        httpContext.Response.Headers.Location = location;
        httpContext.Response.Headers.CacheControl = "no-store";
        return Task.CompletedTask;
    }
}
