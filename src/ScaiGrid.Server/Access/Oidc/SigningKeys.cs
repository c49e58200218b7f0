using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.IdentityModel.Tokens;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Access.Oidc;

/// <summary>The keys as they stand: which one signs, and all that verify.</summary>
/// <param name="RenewAt">When the signing key is due to be replaced.</param>
internal sealed record KeyRing(RsaSecurityKey Signing, IReadOnlyList<RsaSecurityKey> All, DateTimeOffset RenewAt);

/// <summary>
/// The embedded issuer's keys, kept in the database for all replicas. The first is made when it is first needed, and another one when the
/// newest has reached <see cref="OidcOptions.SigningKeyLifetime"/>.
/// </summary>
internal sealed partial class SigningKeys : IDisposable
{
    private const int Bits = 2048;

    private readonly IServiceScopeFactory _scopes;
    private readonly IDataProtector _protector;
    private readonly OidcOptions _options;
    private readonly IdSource _ids;
    private readonly TimeProvider _clock;
    private readonly ILogger<SigningKeys> _logger;
    private readonly SemaphoreSlim _one = new(1);
    private KeyRing? _ring;

    public SigningKeys(
        IServiceScopeFactory scopes, IDataProtectionProvider protection, ServerOptions options, IdSource ids, ChangeStamps stamps, TimeProvider clock, ILogger<SigningKeys> logger)
    {
        (_scopes, _options, _ids, _clock, _logger) = (scopes, options.Oidc, ids, clock, logger);
        _protector = protection.CreateProtector("ScaiGrid.SigningKeys");
        stamps.Keep(Stamped.Tokens, _ =>
        {
            _ring = null;
            return Task.CompletedTask;
        });
    }

    public ValueTask<KeyRing> GetAsync(CancellationToken ct) =>
        _ring is { } ring && _clock.GetUtcNow() < ring.RenewAt ? new(ring) : new(LoadAsync(renew: false, ct));

    /// <summary>Reads the keys again: another replica may have made one a moment ago.</summary>
    public Task<KeyRing> ReloadAsync(CancellationToken ct) => LoadAsync(renew: false, ct);

    /// <summary>Signs with a new key from now on. What the old one signed stays good.</summary>
    public Task<KeyRing> RotateAsync(CancellationToken ct) => LoadAsync(renew: true, ct);

    /// <summary>Keys that another one replaced so long ago that nothing they signed is good any longer.</summary>
    /// <param name="keys">In the order they were made.</param>
    /// <param name="longest">How long the longest-lived token is good.</param>
    public static IEnumerable<SigningKey> Spent(IReadOnlyList<SigningKey> keys, DateTimeOffset now, TimeSpan longest) =>
        keys.Where((_, i) => i + 1 < keys.Count && keys[i + 1].CreatedAt + longest + OidcTokens.ClockSkew < now);

    public void Dispose() => _one.Dispose();

    private async Task<KeyRing> LoadAsync(bool renew, CancellationToken ct)
    {
        await _one.WaitAsync(ct);
        try
        {
            await using var scope = _scopes.CreateAsyncScope();
            scope.ServiceProvider.GetRequiredService<TenantScope>().EnterPlatform();
            var db = scope.ServiceProvider.GetRequiredService<Db>();
            var rows = await db.SigningKeys.AsNoTracking().OrderBy(k => k.CreatedAt).ThenBy(k => k.Id).ToListAsync(ct);
            var keys = rows.Select(Open).OfType<(SigningKey Row, RsaSecurityKey Key)>().ToList();
            if (renew || keys.Count == 0 || _clock.GetUtcNow() >= keys[^1].Row.CreatedAt + _options.SigningKeyLifetime)
            {
                keys.Add(await MakeAsync(db, ct));
            }

            return _ring = new(keys[^1].Key, [.. keys.Select(k => k.Key)], keys[^1].Row.CreatedAt + _options.SigningKeyLifetime);
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task<(SigningKey Row, RsaSecurityKey Key)> MakeAsync(Db db, CancellationToken ct)
    {
        var rsa = RSA.Create(Bits);
        var row = new SigningKey
        {
            Id = _ids.New("sig"),
            Sealed = Convert.ToBase64String(_protector.Protect(rsa.ExportPkcs8PrivateKey())),
            CreatedAt = _clock.GetUtcNow(),
        };
        db.SigningKeys.Add(row);
        await db.SaveChangesAsync(ct);
        LogMade(_logger, row.Id);
        return (row, new(rsa) { KeyId = row.Id });
    }

    private (SigningKey Row, RsaSecurityKey Key)? Open(SigningKey row)
    {
        try
        {
            var rsa = RSA.Create();
            rsa.ImportPkcs8PrivateKey(_protector.Unprotect(Convert.FromBase64String(row.Sealed)), out _);
            return (row, new(rsa) { KeyId = row.Id });
        }
        catch (CryptographicException e)
        {
            LogLost(_logger, row.Id, e);
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Tokens are signed with the new key {Key} from now on.")]
    private static partial void LogMade(ILogger logger, string key);

    [LoggerMessage(Level = LogLevel.Error, Message = "The signing key {Key} cannot be decrypted; the tokens that it signed are refused.")]
    private static partial void LogLost(ILogger logger, string key, Exception exception);
}
