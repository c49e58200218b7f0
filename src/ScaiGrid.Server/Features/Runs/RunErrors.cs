using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Runs;

internal static class RunErrors
{
    public static readonly ErrorType NotFound = new("RUN_NOT_FOUND", ErrorKind.NotFound, "There is no such run");
    public static readonly ErrorType Finished = new("RUN_FINISHED", ErrorKind.Conflict, "The run has ended already");
    public static readonly ErrorType CoreNotRunning = new("CORE_NOT_RUNNING", ErrorKind.Conflict, "The Core takes no new runs in its state");
    public static readonly ErrorType Failed = new("RUN_FAILED", ErrorKind.BadGateway, "The run failed");

    public static Error Missing(Id<Run> id) => NotFound.With($"There is no run '{id}'.");
}
