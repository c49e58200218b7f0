using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json;
using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;

namespace ScaiGrid.Flows.Packages;

/// <summary>
/// A detached signature over the bytes of an archive or of a log's head: ECDSA on P-256 with SHA-256, in DER, as <c>openssl dgst -sha256 -verify</c> takes it.
/// </summary>
/// <param name="KeyId">The signing key's RFC 7638 thumbprint.</param>
public sealed record PackageSignature(string KeyId, ReadOnlyMemory<byte> Signature)
{
    public const string Algorithm = "ES256";

    public static PackageSignature Sign(ECDsa key, ReadOnlySpan<byte> content) =>
        new(PackageKey.Of(key).Id, key.SignData(content, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));

    public bool Verify(PackageKey key, ReadOnlySpan<byte> content)
    {
        if (key.Id != KeyId)
        {
            return false;
        }

        using var ecdsa = key.ToECDsa();
        return ecdsa.VerifyData(content, Signature.Span, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    }

    /// <summary>The file <c>.scaipkg.sig</c>.</summary>
    public ReadOnlyMemory<byte> Write() => CanonicalJson.WriteUtf8(Value.Object(
        new("format", 1), new("algorithm", Algorithm), new("key_id", KeyId), new("signature", Convert.ToBase64String(Signature.Span))));

    public static bool TryRead(ReadOnlyMemory<byte> file, [NotNullWhen(true)] out PackageSignature? signature)
    {
        signature = null;
        try
        {
            using var document = JsonDocument.Parse(file, new() { MaxDepth = 4 });
            var json = Value.FromJson(document.RootElement);
            if (json["format"] == 1 && json["algorithm"] == Algorithm && json["key_id"].AsString() is { } keyId && json["signature"].AsString() is { } text)
            {
                signature = new(keyId, Convert.FromBase64String(text));
            }
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            // not a signature
        }

        return signature is not null;
    }
}

/// <summary>A public key on P-256 (RFC 7517): what anyone needs to check signatures.</summary>
/// <param name="X">32 bytes, base64url.</param>
/// <param name="Y">32 bytes, base64url.</param>
public sealed record PackageKey(string X, string Y)
{
    /// <summary>The thumbprint of RFC 7638.</summary>
    public string Id { get; } = Base64Url.EncodeToString(SHA256.HashData(System.Text.Encoding.ASCII.GetBytes($$"""{"crv":"P-256","kty":"EC","x":"{{X}}","y":"{{Y}}"}""")));

    public static PackageKey Of(ECDsa key)
    {
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        return new(Base64Url.EncodeToString(point.X), Base64Url.EncodeToString(point.Y));
    }

    /// <exception cref="CryptographicException">The coordinates are no point of the curve.</exception>
    public ECDsa ToECDsa() => ECDsa.Create(new ECParameters
    {
        Curve = ECCurve.NamedCurves.nistP256,
        Q = new() { X = Base64Url.DecodeFromChars(X), Y = Base64Url.DecodeFromChars(Y) },
    });
}
