using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Events;

internal static class EventErrors
{
    public static readonly ErrorType TooManyStreams = new("EVENT_STREAMS_EXCEEDED", ErrorKind.RateLimited, "So many event streams are open already that there may be no more");
}
