using System.Net;
using System.Text;
using ScaiGrid.Server.Access.Oidc;
using ScaiGrid.Server.Access.RateLimiting;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.SignIn;

/// <summary>The client that asks: one of the public ones, or a service client that has shown its secret.</summary>
internal sealed record AuthenticatedClient(string Id, OidcClient? Public, ServiceClient? Service);

/// <summary>Finds out which client asks: <c>client_secret_basic</c>, <c>client_secret_post</c>, or <c>none</c> for public ones.</summary>
internal sealed class ClientAuthentication(Db db, Clients clients, LockOuts lockOuts, PasswordWork work, SignInAudit audit)
{
    private static readonly Lazy<string> Nobodys = new(() => Passwords.HashOf(OpaqueToken.Make()));

    public async Task<Result<AuthenticatedClient>> FindAsync(HttpContext context, OAuthParameters form)
    {
        if (!Credentials(context.Request.Headers.Authorization, form).Succeeded(out var given, out var error))
        {
            return error;
        }

        if (given.Secret is null)
        {
            return clients.Find(given.Id) is { } known ? new AuthenticatedClient(known.Id, known, null) : SignInErrors.InvalidClient.With("The client is unknown, or needs its secret.");
        }

        using var turn = await work.BeginAsync(context.RequestAborted);
        return turn is null
            ? KernelErrors.Unavailable.With("Too many clients are signing in just now.") with { RetryAfter = 2 }
            : await CheckAsync(given.Id, given.Secret, RateLimits.NetworkOf(context.Connection.RemoteIpAddress), context.RequestAborted);
    }

    /// <summary>What the client says that it is. Both names and secrets are form-encoded within the header (RFC 6749, section 2.3.1).</summary>
    internal static Result<(string Id, string? Secret)> Credentials(string? header, OAuthParameters form)
    {
        if (header is null)
        {
            return form["client_id"] is { } id ? (id, form["client_secret"]) : SignInErrors.InvalidClient.With("The request names no client.");
        }

        if (form.Has("client_secret", out _))
        {
            return KernelErrors.Validation.At("client_secret", "must not be given when the header has it");
        }

        var bytes = new byte[header.Length];
        if (!header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase) || !Convert.TryFromBase64String(header[6..].Trim(), bytes, out var length)
            || Encoding.UTF8.GetString(bytes, 0, length).Split(':', 2) is not [var name, var secret])
        {
            return SignInErrors.InvalidClient.With("The Authorization header is not 'Basic' with base64 of 'client_id:client_secret'.");
        }

        var basic = WebUtility.UrlDecode(name);
        return form["client_id"] is { } other && other != basic
            ? KernelErrors.Validation.At("client_id", "must not differ from the header's")
            : (basic, WebUtility.UrlDecode(secret));
    }

    private async Task<Result<AuthenticatedClient>> CheckAsync(string id, string secret, string network, CancellationToken ct)
    {
        LockOut[] counted = [lockOuts.OfClient(id, network), lockOuts.OfAddress(network)];
        if (await lockOuts.FindAsync(counted, ct) is { } locked)
        {
            return locked;
        }

        var client = IdSyntax.Pattern().IsMatch(id) ? await db.ServiceClients.FindAsync([new Id<ServiceClient>(id)], ct) : null;
        if (secret.Length <= Passwords.MaxLength && Passwords.Matches(client?.SecretHash ?? Nobodys.Value, secret) && client is not null)
        {
            return new AuthenticatedClient(id, null, client);
        }

        await db.RetryOnConflictAsync(async () =>
        {
            if (client is not null)
            {
                audit.Write("service_client.sign_in", client, "WRONG_SECRET");
            }

            foreach (var one in await lockOuts.AddAsync(counted, ct))
            {
                audit.Write(one.Action, null, client?.Id.Value, "LOCKED");
            }

            return await db.SaveChangesAsync(ct);
        });
        return SignInErrors.InvalidClient.With("The client is unknown, or its secret is wrong.");
    }
}
