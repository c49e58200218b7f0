using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Access.RateLimiting;

/// <summary>Counts requests where they come in, and tells the caller in headers how many are left.</summary>
internal sealed class RateLimits(RateLimiter limiter, ServerOptions options)
{
    /// <returns>Null when the caller may go on.</returns>
    public Error? Take(HttpContext context, Principal principal) => Take(context, principal.Quotas);

    /// <returns>Null when the caller may go on.</returns>
    /// <param name="quotas">In the order of their levels.</param>
    public Error? Take(HttpContext context, Quota[] quotas)
    {
        if (quotas.Length == 0)
        {
            return null;
        }

        var outcome = limiter.Take(quotas);
        var headers = context.Response.Headers;
        headers["X-Scaigrid-Ratelimit-Limit"] = Text(outcome.Limit);
        headers["X-Scaigrid-Ratelimit-Remaining"] = Text(outcome.Remaining);
        headers["X-Scaigrid-Ratelimit-Reset"] = Text(outcome.Reset);
        return outcome.Allowed ? null : TooMany(outcome);
    }

    public Error? TakeAnonymous(HttpContext context) => TakeOf(context, RateLevel.AnonymousAddress);

    /// <summary>Of a call that anybody may make: it is told nothing of what is left.</summary>
    public Error? TakeOpenCore(string core) => options.RateLimits.PerOpenCore == 0 || limiter.Take([new(RateLevel.OpenCore, core, options.RateLimits.PerOpenCore)]) is { Allowed: true }
        ? null
        : AccessErrors.RateLimited.With("The webhook is called too often.") with { RetryAfter = (int)RateLimiter.Window.TotalSeconds };

    public Error? TakeFailedSignIn(HttpContext context) => TakeOf(context, RateLevel.FailedSignIn);

    private Error? TakeOf(HttpContext context, RateLevel level)
    {
        if (options.RateLimits.PerAddress == 0)
        {
            return null;
        }

        var outcome = limiter.Take([new(level, NetworkOf(context.Connection.RemoteIpAddress), options.RateLimits.PerAddress)]);
        return outcome.Allowed ? null : TooMany(outcome);
    }

    /// <summary>One line's addresses count as one: whoever has an IPv6 address has 2^64 of them.</summary>
    public static string NetworkOf(IPAddress? address)
    {
        if (address is null)
        {
            return "unknown";
        }

        if (address.IsIPv4MappedToIPv6 || address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address.MapToIPv4().ToString();
        }

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        bytes[8..].Clear();
        return new IPAddress(bytes).ToString();
    }

    private static Error TooMany(RateOutcome outcome) =>
        AccessErrors.RateLimited.With($"Rate limit exceeded: at most {outcome.Limit} requests in 60 seconds.") with { RetryAfter = outcome.Reset };

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
