using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Instances;

internal static class InstanceErrors
{
    public static readonly ErrorType NotFound = new("INSTANCE_NOT_FOUND", ErrorKind.NotFound, "The Core remembers nothing under this key");
    public static readonly ErrorType Busy = new("INSTANCE_BUSY", ErrorKind.Unavailable, "Other runs of the instance come first, and take too long or are too many");
    public static readonly ErrorType Unreadable = new("INSTANCE_UNREADABLE", ErrorKind.Conflict, "What the instance remembers cannot be decrypted");

    public static Error Missing(string key) => NotFound.With($"There is no memory of the instance '{key}'.");

    public static Error LineIsFull(string key) => Busy.With($"{Instance.MostInLine} runs of the instance '{key}' wait already.") with { RetryAfter = 5 };

    public static Error NoTurn(string key) => Busy.With($"Runs of the instance '{key}' are executed one at a time, and this one's turn did not come in time.") with { RetryAfter = 1 };

    public static Error Sealed(string key) => Unreadable.With($"This server has no key for what the instance '{key}' remembers; clear its memory to go on without it.");
}
