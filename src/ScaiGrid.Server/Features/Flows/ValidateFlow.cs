using ScaiGrid.Flows;
using ScaiGrid.Flows.Graph;
using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Flows;

/// <summary><c>POST /flows/validate</c>: everything that is wrong or doubtful in a flow, at once. Nothing is stored.</summary>
internal static class ValidateFlow
{
    public sealed record Request(Value Content);

    /// <param name="Valid">Whether there is no error; warnings do not count.</param>
    public sealed record Response(bool Valid, IReadOnlyList<DiagnosticView> Diagnostics);

    public static void Map(IEndpointRouteBuilder flows) => flows
        .MapPost("/validate", Handle)
        .WithName("ValidateFlow")
        .WithSummary("Check a flow without saving it")
        .RequiresOidc(Permissions.CoreView)
        .WithMetadata(new BodyLimit(FlowContent.MaxBytes))
        .Produces<Response>()
        .ProducesErrors(KernelErrors.Validation, KernelErrors.TooLarge);

    private static IResult Handle(Body<Request> body)
    {
        var diagnostics = FlowAnalysis.Analyse(body.Value.Content);
        return Results.Ok(new Response(!diagnostics.Any(d => d.Severity == Severity.Error), [.. diagnostics.Select(DiagnosticView.Of)]));
    }
}
