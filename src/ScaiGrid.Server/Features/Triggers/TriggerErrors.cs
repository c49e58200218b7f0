using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Triggers;

internal static class TriggerErrors
{
    public static readonly ErrorType Refused = new("WEBHOOK_REFUSED", ErrorKind.Unauthenticated, "No webhook takes this request");

    /// <summary>The same for whatever is wrong, so that strangers do not learn which Cores there are.</summary>
    public static Error Stranger() => Refused.With(
        "No webhook takes this request. Check the address, the method, and the signature: its header, its secret, and that it covers the timestamp, a dot and the body as it is sent.");

    public static Error Stale(TimeSpan tolerance) => Refused.With($"The signature is right, but its timestamp is more than {tolerance.TotalMinutes:0} minutes from the server's time.");
}
