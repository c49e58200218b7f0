using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Features.Models;

namespace ScaiGrid.Server.Tests.Models;

public sealed class ConnectionSecretsTests
{
    private const string Key = "sk-proj-0123456789abcdef";

    private readonly ConnectionSecrets _secrets = new(new EphemeralDataProtectionProvider());

    [Fact]
    public void What_is_protected_hides_the_secret_and_nothing_else()
    {
        var stored = _secrets.Protect("openai", Config(Key));

        Assert.DoesNotContain(Key, stored.ToJson(), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", stored.ToJson(), StringComparison.Ordinal);
        Assert.Equal("http://upstream/v1", stored["base_url"].AsString());
        Assert.Equal(ValueKind.String, stored["api_key"]["$secret"].Kind);
        Assert.Equal(ValueKind.String, stored["headers"]["X-Password"]["$secret"].Kind);
    }

    [Theory]
    [InlineData("""{"api_key":"sk-proj-0123456789abcdef","headers":{"Authorization":"Bearer x"},"model":"m"}""")]
    [InlineData("""{"API_KEY":"any case","headers":null}""")]
    [InlineData("""{"token":["a",1,true,null],"headers":{"deep":{"er":"x"}}}""")]
    [InlineData("""{"api_key":{"$secret":"no ciphertext of the caller's choice is ever opened"}}""")]
    [InlineData("{}")]
    public void What_is_protected_is_read_back_as_it_was(string config)
    {
        var stored = _secrets.Protect("custom", Value.FromJson(config));

        var again = _secrets.Unprotect("custom", stored);

        Assert.Equal(Value.FromJson(config), again);
    }

    [Theory]
    [InlineData("sk-proj-0123456789abcdef", "sk-…cdef")]
    [InlineData("0123456789abcdef", "012…cdef")]
    [InlineData("0123456789abcde", "••••")]
    [InlineData("", "••••")]
    public void A_mask_hints_only_at_what_is_long_enough(string secret, string mask)
    {
        var shown = _secrets.Mask("openai", _secrets.Protect("openai", Config(secret)));

        Assert.Equal(mask, shown["api_key"].AsString());
        Assert.Equal("••••", shown["headers"]["X-Password"].AsString());
        Assert.Equal("gpt-4o", shown["model"].AsString());
    }

    [Fact]
    public void A_mask_that_is_sent_back_keeps_what_is_stored()
    {
        var stored = _secrets.Protect("openai", Config(Key));

        var again = _secrets.Protect("openai", _secrets.Mask("openai", stored), stored);

        Assert.Equal(Config(Key), _secrets.Unprotect("openai", again));
    }

    [Fact]
    public void A_new_secret_replaces_the_stored_one_and_leaves_the_others()
    {
        var stored = _secrets.Protect("openai", Config(Key));
        var sent = Value.FromJson("""{"base_url":"http://upstream/v1","model":"gpt-4o","api_key":"new","headers":{"X-Password":"••••"}}""");

        var again = _secrets.Unprotect("openai", _secrets.Protect("openai", sent, stored));

        Assert.Equal("new", again["api_key"].AsString());
        Assert.Equal("hunter2", again["headers"]["X-Password"].AsString());
    }

    [Fact]
    public void A_mask_of_another_secret_is_not_the_stored_one()
    {
        var stored = _secrets.Protect("openai", Config(Key));
        var sent = Value.FromJson("""{"api_key":"sk-…0000","headers":{"X-Password":"••••","X-New":"••••"}}""");

        var clear = _secrets.Unprotect("openai", _secrets.Protect("openai", sent, stored));

        Assert.Equal(["api_key", "headers.X-New"], ConnectionSecrets.MasksIn("openai", clear));
    }

    [Fact]
    public void Without_its_key_a_secret_cannot_be_read_but_can_still_be_shown_as_one()
    {
        var stored = _secrets.Protect("openai", Config(Key));
        var elsewhere = new ConnectionSecrets(new EphemeralDataProtectionProvider());

        Assert.Throws<CryptographicException>(() => elsewhere.Unprotect("openai", stored));
        Assert.Equal("••••", elsewhere.Mask("openai", stored)["api_key"].AsString());
    }

    [Fact]
    public void A_published_Core_has_no_secrets()
    {
        var config = Value.FromJson("""{"core_id":"core_1"}""");

        Assert.Equal(config, _secrets.Protect("scaicore", config));
    }

    private static Value Config(string key) => Value.Object(
        KeyValuePair.Create<string, Value>("base_url", "http://upstream/v1"),
        KeyValuePair.Create<string, Value>("model", "gpt-4o"),
        KeyValuePair.Create<string, Value>("api_key", key),
        KeyValuePair.Create("headers", Value.FromJson("""{"X-Password":"hunter2"}""")));
}
