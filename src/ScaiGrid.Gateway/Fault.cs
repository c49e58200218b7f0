namespace ScaiGrid.Gateway;

/// <summary>One thing wrong with an input: where it is, and what would be right there.</summary>
/// <param name="Field">Path of the member, such as <c>messages[2].content</c>; <c>body</c> for a request as a whole, empty for a configuration as a whole.</param>
/// <param name="Message">What the field must be or is, for the person who sent it: <c>must be an array of messages</c>.</param>
public sealed record Fault(string Field, string Message);

/// <summary>Collects the faults of one input, and stops remembering at a number that nobody reads to the end.</summary>
internal struct Faults
{
    private const int Most = 100;

    private List<Fault>? _faults;

    public readonly bool Any => _faults is not null;

    public readonly IReadOnlyList<Fault> List => _faults ?? [];

    public readonly bool Full => _faults?.Count >= Most;

    public void Add(string field, string message)
    {
        if (!Full)
        {
            (_faults ??= []).Add(new(field, message));
        }
    }
}
