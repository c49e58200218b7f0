using System.Net;
using ScaiGrid.Server.Egress;

namespace ScaiGrid.Server.Tests.Egress;

public sealed class EgressRulesTests
{
    [Theory]
    [InlineData("8.8.8.8")]
    [InlineData("172.32.0.1")]
    [InlineData("192.169.0.1")]
    [InlineData("100.128.0.1")]
    [InlineData("2606:4700::1111")]
    public void Addresses_of_the_internet_are_public(string address) => Assert.True(EgressRules.IsPublic(IPAddress.Parse(address)));

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.255.255.254")]
    [InlineData("0.0.0.0")]
    [InlineData("10.1.2.3")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.1.1")]
    [InlineData("169.254.169.254")]
    [InlineData("100.64.0.1")]
    [InlineData("198.18.0.1")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("::127.0.0.1")]
    [InlineData("64:ff9b::7f00:1")]
    [InlineData("2002:7f00:1::")]
    [InlineData("fe80::1")]
    [InlineData("fd00::1")]
    [InlineData("fec0::1")]
    [InlineData("ff02::1")]
    public void Addresses_of_the_machine_and_its_network_are_not(string address) => Assert.False(EgressRules.IsPublic(IPAddress.Parse(address)));

    [Fact]
    public void A_host_that_is_listed_may_be_anywhere()
    {
        var options = new EgressOptions { AllowedHosts = ["Models.internal"] };

        Assert.True(EgressRules.Allows(options, "models.internal", IPAddress.Loopback));
        Assert.False(EgressRules.Allows(options, "other.internal", IPAddress.Loopback));
    }

    [Fact]
    public void Private_networks_can_be_opened_as_a_whole() =>
        Assert.True(EgressRules.Allows(new() { AllowPrivateNetworks = true }, "other.internal", IPAddress.Parse("10.0.0.1")));
}
