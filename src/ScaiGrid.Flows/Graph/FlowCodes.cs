namespace ScaiGrid.Flows.Graph;

/// <summary>What can be wrong with a flow. A code keeps its meaning for ever; <c>docs/flows.md</c> lists them all.</summary>
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
}
