using ScaiGrid.Server.Features.Runs.Effects;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Queues;

internal static class QueueErrors
{
    public static readonly ErrorType NotFound = new("MESSAGE_NOT_FOUND", ErrorKind.NotFound, "There is no such message in a queue");
    public static readonly ErrorType InvalidState = new("INVALID_MESSAGE_STATE", ErrorKind.Conflict, "The message's state does not allow this");

    public static Error Missing(Id<QueueMessage> id) => NotFound.With($"There is no message '{id}'; a run may be done with it.");
}
