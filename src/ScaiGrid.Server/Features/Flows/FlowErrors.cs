using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Flows;

internal static class FlowErrors
{
    public static readonly ErrorType NotFound = new("FLOW_NOT_FOUND", ErrorKind.NotFound, "There is no such flow for the caller");
    public static readonly ErrorType AccessDenied = new("FLOW_ACCESS_DENIED", ErrorKind.Forbidden, "The caller's level on the flow is too low");

    public static Error Missing(Id<Flow> id) => NotFound.With($"There is no flow '{id}'.");
}
