namespace ScaiGrid.Flows.Graph;

/// <summary>
/// What can be wrong with a flow: <c>FL0…</c> its shape, <c>FL1…</c> what it means, <c>FL2…</c> warnings. A code keeps its
/// meaning for ever; <c>docs/flows.md</c> lists them all.
/// </summary>
public static class FlowCodes
{
    public const string Missing = "FL001";
    public const string WrongType = "FL002";
    public const string UnknownWord = "FL003";
    public const string Range = "FL004";
    public const string Length = "FL005";
    public const string Count = "FL006";
    public const string Pattern = "FL007";
    public const string TooDeep = "FL008";
    public const string More = "FL009";

    public const string Duplicate = "FL101";
    public const string UnknownNode = "FL102";
    public const string UnknownPort = "FL103";
    public const string NoEntry = "FL104";
    public const string Ambiguous = "FL105";
    public const string Cycle = "FL106";
    public const string Role = "FL107";
    public const string MaxIterations = "FL108";
    public const string Expression = "FL109";
    public const string Template = "FL110";
    public const string NeverInScope = "FL111";
    public const string Cron = "FL112";
    public const string TimeZone = "FL113";
    public const string Duration = "FL114";
    public const string OutputType = "FL115";
    public const string Branches = "FL116";
    public const string LoopBody = "FL117";
    public const string Nesting = "FL118";
    public const string ReservedName = "FL119";
    public const string Setting = "FL120";
    public const string Option = "FL121";
    public const string FailurePolicy = "FL122";
    public const string FallbackStep = "FL123";
    public const string DataOrder = "FL124";

    public const string Unreachable = "FL201";
    public const string UnusedPort = "FL202";
    public const string UnusedVariable = "FL203";
    public const string NoOtherwise = "FL204";
    public const string UnknownName = "FL205";
    public const string UnknownTestNode = "FL206";
}
