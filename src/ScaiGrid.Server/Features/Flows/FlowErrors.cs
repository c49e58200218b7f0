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

    /// <param name="diagnostics">All of them, warnings too.</param>
    public static Error NotCompiled(IReadOnlyList<Diagnostic> diagnostics) => CompileError.With($"The flow does not compile: {diagnostics.First(d => d.Severity == Severity.Error).Message}") with
    {
        Data = new Dictionary<string, object?> { ["diagnostics"] = diagnostics },
    };

    public static Error Missing(Id<Flow> id) => NotFound.With($"There is no flow '{id}'.");
}
