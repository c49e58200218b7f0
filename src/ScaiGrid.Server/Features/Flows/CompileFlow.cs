using ScaiGrid.Flows;
using ScaiGrid.Flows.Compile;
using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Flows;

/// <summary><c>POST /flows/compile</c>: shows what a flow compiles to. Nothing is stored.</summary>
internal static class CompileFlow
{
    /// <summary><c>yaml</c> is what is deployed; <c>scai</c> is for people to read.</summary>
    internal enum Format { Yaml, Scai }

    public sealed record Request(Value Content, Format Format = Format.Yaml);

    /// <param name="Body">Null when there are errors.</param>
    public sealed record Response(Format Format, string? Body, IReadOnlyList<DiagnosticView> Errors, IReadOnlyList<DiagnosticView> Warnings);

    public static void Map(IEndpointRouteBuilder flows) => flows
        .MapPost("/compile", Handle)
        .WithName("CompileFlow")
        .WithSummary("Compile a flow without saving it")
        .RequiresOidc(Permissions.CoreView)
        .WithMetadata(new BodyLimit(FlowContent.MaxBytes))
        .Produces<Response>()
        .ProducesErrors(KernelErrors.Validation, KernelErrors.TooLarge);

    private static IResult Handle(Body<Request> body)
    {
        var compilation = FlowCompiler.Compile(body.Value.Content);
        var text = !compilation.Succeeded(out var flow) ? null : body.Value.Format == Format.Scai ? FlowText.Write(flow) : flow.Yaml;
        return Results.Ok(new Response(body.Value.Format, text, Of(Severity.Error), Of(Severity.Warning)));

        List<DiagnosticView> Of(Severity severity) => [.. compilation.Diagnostics.Where(d => d.Severity == severity).Select(DiagnosticView.Of)];
    }
}
