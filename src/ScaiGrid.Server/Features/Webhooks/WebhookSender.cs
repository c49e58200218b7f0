using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;
using ScaiGrid.Server.Egress;

namespace ScaiGrid.Server.Features.Webhooks;

/// <summary>Posts signed events to addresses outside, by the way that the egress rules guard.</summary>
internal sealed class WebhookSender(EgressHttp egress, IDataProtectionProvider protection, TimeProvider clock)
{
    public const string SignatureHeader = "X-ScaiGrid-Signature";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly IDataProtector _protector = protection.CreateProtector("ScaiGrid.Webhooks");

    public string Seal(string secret) => _protector.Protect(secret);

    /// <summary>Hex HMAC-SHA256 of the body under the secret.</summary>
    public static string SignatureOf(string secret, ReadOnlySpan<byte> body) => $"sha256={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), body))}";

    public async Task<Sent> SendAsync(string url, string sealedSecret, string eventType, string deliveryId, string body, CancellationToken ct)
    {
        var began = clock.GetTimestamp();
        using var alarm = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, alarm.Token);
        try
        {
            var bytes = Encoding.UTF8.GetBytes(body);
            var signature = SignatureOf(_protector.Unprotect(sealedSecret), bytes);
            var answer = await egress.SendAsync(new(url), (to, _) => RequestOf(to, bytes, signature, eventType, deliveryId), either.Token);
            return new(answer.Status, Elapsed(), answer.Status is >= 200 and <= 299 ? null : $"The receiver answered with {answer.Status}.");
        }
        catch (CryptographicException)
        {
            return new(null, Elapsed(), "The webhook's secret can no longer be read; set a new one.");
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return new(null, Elapsed(), $"The receiver did not answer within {Patience.TotalSeconds:0} s.");
        }
        catch (EgressRefusedException e)
        {
            return new(null, Elapsed(), e.Message);
        }
        catch (Exception e) when (e is HttpRequestException or EgressTooLargeException or IOException)
        {
            return new(null, Elapsed(), e is EgressTooLargeException ? e.Message : "The receiver could not be reached.");
        }

        int Elapsed() => (int)clock.GetElapsedTime(began).TotalMilliseconds;
    }

    private static HttpRequestMessage RequestOf(Uri to, byte[] body, string signature, string eventType, string deliveryId)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, to) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.TryAddWithoutValidation(SignatureHeader, signature);
        request.Headers.TryAddWithoutValidation("X-ScaiGrid-Event", eventType);
        request.Headers.TryAddWithoutValidation("X-ScaiGrid-Delivery", deliveryId);
        request.Headers.TryAddWithoutValidation("User-Agent", "ScaiGrid");
        return request;
    }
}
