namespace ScaiGrid.Flows.Packages;

/// <summary>What can be wrong with a <c>.scaipkg</c>. A code is never renamed and never reused.</summary>
public static class PackageCodes
{
    /// <summary>Not a ZIP file, or not in the one form that packages have.</summary>
    public const string Archive = "PK001";

    /// <summary>An entry is missing, unknown, there twice, or at another place.</summary>
    public const string Entries = "PK002";

    /// <summary>More bytes than a package may have.</summary>
    public const string TooLarge = "PK003";

    /// <summary>An entry is not UTF-8.</summary>
    public const string Encoding = "PK004";

    /// <summary>An entry is not canonical JSON.</summary>
    public const string Json = "PK005";

    /// <summary>A member of <c>package.json</c> is missing, unknown or not what it must be.</summary>
    public const string Info = "PK006";

    /// <summary>An entry is not the one that <c>package.json</c> was written for.</summary>
    public const string Digest = "PK007";

    /// <summary><c>flow.json</c> is not a flow.</summary>
    public const string Flow = "PK008";

    /// <summary>What the package says of its flow is not what the flow compiles to.</summary>
    public const string Compiled = "PK009";
}
