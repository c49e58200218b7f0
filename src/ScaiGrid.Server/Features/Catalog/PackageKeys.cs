using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ScaiGrid.Flows.Packages;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Catalog;

/// <summary>A key that signs a tenant's packages and log. Its public part is kept for ever, so that old signatures can be checked for ever.</summary>
internal sealed class CatalogKey
{
    public required Id<Tenant> TenantId { get; init; }

    /// <summary>The public key's thumbprint.</summary>
    public required string Id { get; init; }

    public required string X { get; init; }

    public required string Y { get; init; }

    /// <summary>PKCS #8, encrypted by Data Protection.</summary>
    public required string PrivateKey { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    internal sealed class Mapping(Db db) : IEntityTypeConfiguration<CatalogKey>
    {
        public void Configure(EntityTypeBuilder<CatalogKey> key)
        {
            key.ToTable("catalog_keys");
            key.HasKey(k => new { k.TenantId, k.Id });
            key.Property(k => k.Id).HasMaxLength(64);
            key.Property(k => k.X).HasMaxLength(64);
            key.Property(k => k.Y).HasMaxLength(64);
            key.FilterUnlessPlatform(db, k => k.TenantId == db.TenantId);
        }
    }
}

/// <summary>A private key in memory. It is never logged and never leaves.</summary>
internal sealed class SigningKeyPair(byte[] pkcs8)
{
    public PackageSignature Sign(ReadOnlySpan<byte> content)
    {
        using var key = ECDsa.Create(); // its instances are not for several threads
        key.ImportPkcs8PrivateKey(pkcs8, out _);
        return PackageSignature.Sign(key, content);
    }

    public bool IsSignatureOf(PackageSignature signature, ReadOnlySpan<byte> content)
    {
        using var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(pkcs8, out _);
        return signature.Verify(PackageKey.Of(key), content);
    }
}

/// <summary>The key that each tenant signs with, made when it is first needed.</summary>
internal sealed partial class PackageKeys(IDataProtectionProvider protection, TimeProvider clock, ILogger<PackageKeys> logger)
{
    private readonly ConcurrentDictionary<Id<Tenant>, SigningKeyPair> _known = new();
    private readonly IDataProtector _protector = protection.CreateProtector("ScaiGrid.CatalogKeys");

    /// <param name="db">Of the caller's unit of work, in no transaction.</param>
    public async ValueTask<SigningKeyPair> OfAsync(Db db, Id<Tenant> tenant, CancellationToken ct) =>
        _known.TryGetValue(tenant, out var known) ? known : _known[tenant] = await db.ChangeCatalogAsync(tenant, async _ =>
        {
            var newest = await db.CatalogKeys.AsNoTracking().Where(k => k.TenantId == tenant).OrderByDescending(k => k.CreatedAt).FirstOrDefaultAsync(ct);
            return (newest is null ? null : Open(newest)) ?? await MakeAsync(db, tenant, ct);
        }, ct);

    private async Task<SigningKeyPair> MakeAsync(Db db, Id<Tenant> tenant, CancellationToken ct)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (pkcs8, open) = (key.ExportPkcs8PrivateKey(), PackageKey.Of(key));
        db.CatalogKeys.Add(new()
        {
            TenantId = tenant,
            Id = open.Id,
            X = open.X,
            Y = open.Y,
            PrivateKey = Convert.ToBase64String(_protector.Protect(pkcs8)),
            CreatedAt = clock.GetUtcNow(),
        });
        await db.SaveChangesAsync(ct);
        return new(pkcs8);
    }

    /// <returns>Null when what encrypted it is gone: then another key goes on, and this one's signatures stay good.</returns>
    private SigningKeyPair? Open(CatalogKey row)
    {
        try
        {
            return new(_protector.Unprotect(Convert.FromBase64String(row.PrivateKey)));
        }
        catch (CryptographicException e)
        {
            LogUnreadable(logger, row.Id, row.TenantId, e);
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "The signing key {Key} of tenant {Tenant} cannot be decrypted any more; another is made.")]
    private static partial void LogUnreadable(ILogger logger, string key, Id<Tenant> tenant, Exception exception);
}
