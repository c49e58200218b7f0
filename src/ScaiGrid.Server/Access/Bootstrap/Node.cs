namespace ScaiGrid.Server.Access.Bootstrap;

/// <summary>One value of the file, and the line that it begins on, from 1.</summary>
internal abstract record Node(int Line);

/// <param name="Plain">False when it was quoted or holds an environment variable: then it is text whatever it looks like.</param>
internal sealed record ScalarNode(int Line, string Text, bool Plain) : Node(Line)
{
    public bool IsNull => Plain && Text is "" or "~" or "null" or "Null" or "NULL";
}

internal sealed record SequenceNode(int Line, IReadOnlyList<Node> Items) : Node(Line);

internal sealed record MappingNode(int Line, IReadOnlyDictionary<string, Node> Members) : Node(Line);

/// <summary>One thing wrong with the file. <see cref="Path"/> is such as <c>users[0].roles[1]</c>; empty for the file as a whole.</summary>
internal sealed record BootstrapFault(int Line, string Path, string Message)
{
    public override string ToString() => Path.Length == 0 ? $"line {Line}: {Message}" : $"line {Line}: {Path}: {Message}";
}
