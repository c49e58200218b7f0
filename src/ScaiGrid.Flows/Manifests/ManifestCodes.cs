namespace ScaiGrid.Flows.Manifests;

/// <summary>What can be wrong with a manifest. A code keeps its meaning for ever; <c>docs/manifest.md</c> lists them all.</summary>
public static class ManifestCodes
{
    public const string TooLarge = "MF001";
    public const string Syntax = "MF002";
    public const string Anchor = "MF003";
    public const string Tag = "MF004";
    public const string MergeKey = "MF005";
    public const string DuplicateKey = "MF006";
    public const string SecondDocument = "MF007";
    public const string TooDeep = "MF008";
    public const string Number = "MF009";
    public const string Key = "MF010";

    public const string Missing = "MF101";
    public const string WrongType = "MF102";
    public const string UnknownWord = "MF103";
    public const string Duplicate = "MF104";
    public const string Target = "MF105";
    public const string Keyword = "MF106";
    // MF107, a kind that a version did not run, is not used again.
    public const string Expression = "MF108";
    public const string Template = "MF109";
    public const string OutputType = "MF110";
    public const string Role = "MF111";
    public const string Duration = "MF112";
    public const string ReservedName = "MF113";
    public const string Nesting = "MF114";
    public const string Range = "MF115";
    public const string Name = "MF116";
    public const string FailurePolicy = "MF117";
    public const string CoreAddress = "MF118";
    public const string Cron = "MF119";
    public const string TimeZone = "MF120";
    public const string Path = "MF121";

    public const string UndefinedName = "MF201";
    public const string UnknownKey = "MF202";
}
