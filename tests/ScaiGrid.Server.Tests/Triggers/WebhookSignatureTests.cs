using System.Security.Cryptography;
using System.Text;
using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;
using ScaiGrid.Server.Features.Triggers;

namespace ScaiGrid.Server.Tests.Triggers;

public sealed class WebhookSignatureTests
{
    private const long Time = 1_767_225_600;

    private static readonly byte[] Body = """{"order":7}"""u8.ToArray();

    [Theory]
    [InlineData("t={t},v1={s}", true)]
    [InlineData("v1={s}, t={t}", true)]
    [InlineData("t={t},v1=00ff,v1={s}", true)] // an old secret and the new one
    [InlineData("t={t},v1={S}", true)]
    [InlineData("t={t},v2={s}", false)]
    [InlineData("t=1767225601,v1={s}", false)]
    [InlineData("t={t},t={t},v1={s}", false)]
    [InlineData("t=0{t},v1={s}", false)]
    [InlineData("t={t},v1={s}00", false)]
    [InlineData("t={t},v1=", false)]
    [InlineData("v1={s}", false)]
    [InlineData("sha256={s}", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void A_signature_covers_the_time_and_the_body(string? header, bool isRight)
    {
        var sent = header?.Replace("{t}", $"{Time}", StringComparison.Ordinal).Replace("{s}", Sign("secret"), StringComparison.Ordinal).Replace("{S}", Sign("secret").ToUpperInvariant(), StringComparison.Ordinal);

        Assert.Equal(isRight ? new(DateTimeOffset.FromUnixTimeSeconds(Time), Sign("secret")) : null, WebhookSignature.Verify(sent, Body, "secret"));
        Assert.Null(WebhookSignature.Verify(sent, [.. Body, 0x20], "secret"));
        Assert.Null(WebhookSignature.Verify(sent, Body, "Secret"));
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    public void Without_a_secret_nothing_is_right(string? secret) => Assert.Null(WebhookSignature.Verify($"t={Time},v1={Sign("")}", Body, secret));

    [Fact]
    public void A_sixth_guess_is_not_looked_at() =>
        Assert.Null(WebhookSignature.Verify($"t={Time},{string.Concat(Enumerable.Repeat("v1=00,", 5))}v1={Sign("secret")}", Body, "secret"));

    [Theory]
    [InlineData(0, true)]
    [InlineData(300, true)]
    [InlineData(-300, true)]
    [InlineData(301, false)]
    [InlineData(-301, false)]
    public void A_signature_is_fresh_for_five_minutes_either_way(int seconds, bool isFresh) =>
        Assert.Equal(isFresh, new WebhookSignature(DateTimeOffset.FromUnixTimeSeconds(Time), "").IsFresh(DateTimeOffset.FromUnixTimeSeconds(Time + seconds)));

    [Theory]
    [InlineData("Content-Type", true)]
    [InlineData("User-Agent", true)]
    [InlineData("X-GitHub-Event", true)]
    [InlineData("X-Request-Id", true)]
    [InlineData("ce-type", true)]
    [InlineData("Authorization", false)]
    [InlineData("Proxy-Authorization", false)]
    [InlineData("Cookie", false)]
    [InlineData("Host", false)]
    [InlineData("X-Api-Key", false)]
    [InlineData("X-Auth-Token", false)]
    [InlineData("X-Forwarded-For", false)]
    [InlineData("X-Hub-Signature-256", false)]
    [InlineData("X-Proof", false)]
    public void A_run_sees_no_header_that_proves_who_sent_it(string header, bool isShown) => Assert.Equal(isShown, WebhookInput.IsShown(header, new WebhookAuth("S", "X-Proof")));

    [Theory]
    [InlineData("null", """{"scheduled_at":"2026-03-01T09:00:00Z"}""")]
    [InlineData("""{"a":1}""", """{"a":1,"scheduled_at":"2026-03-01T09:00:00Z"}""")]
    [InlineData("""{"scheduled_at":"never"}""", """{"scheduled_at":"never"}""")]
    [InlineData("[1]", "[1]")]
    [InlineData("\"x\"", "\"x\"")]
    public void A_scheduled_run_is_told_its_time_where_there_is_room(string given, string input) =>
        Assert.Equal(Value.FromJson(input), ScheduleClock.InputOf(Value.FromJson(given), new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero)));

    internal static string Sign(string secret, long time = Time, byte[]? body = null) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), (byte[])[.. Encoding.ASCII.GetBytes($"{time}."), .. body ?? Body]));
}
