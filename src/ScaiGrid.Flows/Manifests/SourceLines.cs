namespace ScaiGrid.Flows.Manifests;

/// <summary>The line of each node of a parsed text, in a tree of the same shape as its value.</summary>
internal sealed class SourceLines(int line)
{
    private Dictionary<string, SourceLines>? _members;
    private List<SourceLines>? _items;

    /// <summary>1-based; of a member: the line of its key.</summary>
    public int Line { get; set; } = line;

    public SourceLines? Member(string key) => _members?.GetValueOrDefault(key);

    public SourceLines? Item(int index) => _items is { } items && index < items.Count ? items[index] : null;

    public void Add(string key, SourceLines member) => (_members ??= new(StringComparer.Ordinal))[key] = member;

    public void Add(SourceLines item) => (_items ??= []).Add(item);
}
