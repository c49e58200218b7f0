using System.Security.Cryptography;
using System.Text;
using ScaiGrid.Flows.Packages;

namespace ScaiGrid.Flows.Tests.Packages;

public sealed class PackageSignatureTests
{
    [Fact]
    public void A_signature_fits_one_content_and_one_key()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var archive = "content"u8.ToArray();

        Assert.True(PackageSignature.TryRead(PackageSignature.Sign(key, archive).Write(), out var signature));

        Assert.True(signature.Verify(PackageKey.Of(key), archive));
        Assert.False(signature.Verify(PackageKey.Of(other), archive));
        Assert.False((signature with { KeyId = PackageKey.Of(other).Id }).Verify(PackageKey.Of(other), archive));
        Assert.False(signature.Verify(PackageKey.Of(key), "contents"u8.ToArray()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"format":1,"algorithm":"none","key_id":"k","signature":"AA=="}""")]
    [InlineData("""{"format":1,"algorithm":"ES256","key_id":"k","signature":"?"}""")]
    public void What_is_no_signature_is_not_read_as_one(string text) => Assert.False(PackageSignature.TryRead(Encoding.UTF8.GetBytes(text), out _));

    [Fact]
    public void The_key_id_is_the_thumbprint_of_rfc_7638() => // computed with an independent implementation
        Assert.Equal("cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s", new PackageKey("MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM").Id);
}
