namespace ScaiGrid.Flows.Packages;

/// <summary>Which version a package gets, and which one it is known by.</summary>
public static class VersionRules
{
    private static readonly IEqualityComparer<SemVer> SamePrecedence =
        EqualityComparer<SemVer>.Create((a, b) => a.CompareTo(b) == 0, v => HashCode.Combine(v.Major, v.Minor, v.Patch, v.PreRelease));

    /// <summary>
    /// The wanted version when it is free, else the next higher patch of its major and minor number that is; a pre-release keeps its label. Versions of
    /// the same precedence, which differ in build metadata only, count as one.
    /// </summary>
    /// <returns>Null when no patch number is left.</returns>
    public static SemVer? NextFree(this SemVer wanted, IEnumerable<SemVer> taken)
    {
        var known = taken.ToHashSet(SamePrecedence);
        var label = wanted.ToString()[SemVer.Of(wanted.Major, wanted.Minor, wanted.Patch).ToString().Length..];
        var candidate = wanted;
        while (known.Contains(candidate))
        {
            if (!SemVer.TryParse($"{candidate.Major}.{candidate.Minor}.{(long)candidate.Patch + 1}{label}", null, out candidate))
            {
                return null;
            }
        }

        return candidate;
    }

    /// <summary>The highest release by precedence, or the highest pre-release where there is no release.</summary>
    public static SemVer Highest(this IEnumerable<SemVer> versions) => versions.MaxBy(v => (v.PreRelease.Length == 0, v));
}
