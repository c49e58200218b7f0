using System.Globalization;

namespace ScaiGrid.EndToEnd.Host;

/// <summary>How often a crash test kills its server: a few times for each change, and as often as <c>./build.sh crash</c> says before a release.</summary>
internal static class Kills
{
    public static int Or(int few) => int.Parse(Environment.GetEnvironmentVariable("SCAIGRID_TEST_KILLS") ?? few.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
