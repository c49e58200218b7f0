using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Cores;

internal static class CoreErrors
{
    public static readonly ErrorType NotFound = new("CORE_NOT_FOUND", ErrorKind.NotFound, "There is no such Core");
    public static readonly ErrorType InvalidSource = new("INVALID_SOURCE_IR", ErrorKind.Invalid, "The manifest is not a program that can run");
    public static readonly ErrorType InvalidTransition = new("INVALID_TRANSITION", ErrorKind.Conflict, "The Core's state does not allow this");

    public static Error Missing(Id<Core> id) => NotFound.With($"There is no Core '{id}'.");
}
