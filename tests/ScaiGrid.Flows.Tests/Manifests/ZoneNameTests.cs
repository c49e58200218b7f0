using ScaiGrid.Flows.Manifests;

namespace ScaiGrid.Flows.Tests.Manifests;

public sealed class ZoneNameTests
{
    [Theory]
    [InlineData("UTC", true)]
    [InlineData("Europe/Amsterdam", true)]
    [InlineData("America/Argentina/Buenos_Aires", true)]
    [InlineData("Etc/GMT+3", true)]
    [InlineData("Europe//Amsterdam", false)]
    [InlineData("Europe/Amsterdam/", false)]
    [InlineData("/etc/passwd", false)]
    [InlineData("../UTC", false)]
    [InlineData("Europe/Nowhere", false)]
    [InlineData("", false)]
    public void A_name_is_one_spelling_that_the_system_knows(string name, bool known) => Assert.Equal(known, ZoneName.TryFind(name, out _));

    [Fact]
    public void A_long_name_is_not_looked_for() => Assert.False(ZoneName.TryFind(new string('a', 65), out _));
}
