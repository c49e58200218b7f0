using ScaiGrid.Flows;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Flows;

internal static class FlowErrors
{
    public static readonly ErrorType NotFound = new("FLOW_NOT_FOUND", ErrorKind.NotFound, "There is no such flow for the caller");
    public static readonly ErrorType AccessDenied = new("FLOW_ACCESS_DENIED", ErrorKind.Forbidden, "The caller's level on the flow is too low");
    public static readonly ErrorType VersionNotFound = new("FLOW_VERSION_NOT_FOUND", ErrorKind.NotFound, "The flow has no such version");
    public static readonly ErrorType AclNotFound = new("FLOW_ACL_NOT_FOUND", ErrorKind.NotFound, "The flow has no such grant");
    public static readonly ErrorType AlreadyGranted = new("FLOW_ACL_EXISTS", ErrorKind.Conflict, "There is a grant for this person or group already");
    public static readonly ErrorType OwnerStays = new("FLOW_OWNER_STAYS", ErrorKind.Conflict, "The owner of a flow cannot be kept out of it");
    public static readonly ErrorType PrincipalNotFound = new("PRINCIPAL_NOT_FOUND", ErrorKind.NotFound, "There is no such person or group in the tenant");
    public static readonly ErrorType CompileError = new("COMPILE_ERROR", ErrorKind.Invalid, "The flow does not compile");
    public static readonly ErrorType TooManyTests = new("FLOW_TOO_MANY_TESTS", ErrorKind.Invalid, "The flow has more tests than are run at once");
    public static readonly ErrorType DeploymentNotFound = new("FLOW_DEPLOYMENT_NOT_FOUND", ErrorKind.NotFound, "The flow has no such deployment");

    /// <param name="diagnostics">All of them, warnings too.</param>
    public static Error NotCompiled(IReadOnlyList<Diagnostic> diagnostics)
    {
        var errors = diagnostics.Where(d => d.Severity == Severity.Error).ToList();
        return new(CompileError, $"The flow does not compile, for {errors.Count} {(errors.Count == 1 ? "error" : "errors")}: {errors[0].Message}")
        {
            Details = [.. errors.Select(d => new Fault(d.Path.Length == 0 ? "content" : $"content.{d.Path}", $"{d.Code}: {d.Message}"))],
            Data = new Dictionary<string, object?> { ["diagnostics"] = diagnostics.Select(DiagnosticView.Of).ToList() },
        };
    }

    public static Error Missing(Id<Flow> id) => NotFound.With($"There is no flow '{id}'.");
}
