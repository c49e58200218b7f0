using System.Runtime.InteropServices;
using System.Text.Json;
using ScaiGrid.Gateway.Json;

namespace ScaiGrid.Gateway.Providers;

/// <summary>Reads a JSON object's members by name and collects what is wrong with them, misspelt names included.</summary>
internal sealed class ConfigReader
{
    private readonly Dictionary<string, JsonElement> _members = new(StringComparer.Ordinal);
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);
    private readonly string _path;
    private readonly List<Fault> _faults;

    public ConfigReader(JsonElement config, string path = "", List<Fault>? faults = null)
    {
        (_path, _faults) = (path, faults ?? []);
        if (config.ValueKind != JsonValueKind.Object)
        {
            _faults.Add(new(path, "must be an object"));
            return;
        }

        if (!JsonText.HasWholeCharacters(JsonMarshal.GetRawUtf8Value(config)))
        {
            _faults.Add(new(path, "holds half a character (an unpaired surrogate)"));
            return;
        }

        IsReadable = true;
        foreach (var member in config.EnumerateObject())
        {
            if (!_members.TryAdd(member.Name, member.Value))
            {
                Fault(member.Name, "stands more than once");
            }
        }
    }

    public List<Fault> Faults => _faults;

    /// <summary>There is an object to read. If not, its fault has been told and its members are no further faults.</summary>
    public bool IsReadable { get; }

    public string PathTo(string name) => _path.Length == 0 ? name : $"{_path}.{name}";

    public void Fault(string name, string message) => _faults.Add(new(PathTo(name), message));

    /// <summary>The member, of one of the kinds given; null when it is not there, is null, or is of another kind.</summary>
    public JsonElement? Get(string name, string what, params ReadOnlySpan<JsonValueKind> kinds)
    {
        _read.Add(name);
        if (!_members.TryGetValue(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (kinds.Contains(value.ValueKind))
        {
            return value;
        }

        Fault(name, $"must be {what}");
        return null;
    }

    /// <summary>A string with something in it and no control characters.</summary>
    public string? Line(string name, int longest)
    {
        var text = Get(name, "a string", JsonValueKind.String)?.GetString();
        if (text is not null && (text.Length == 0 || text.Length > longest || text.Any(char.IsControl)))
        {
            Fault(name, $"must have 1 to {longest} characters, on one line");
            return null;
        }

        return text;
    }

    /// <summary>A string that can be sent in a header.</summary>
    public string? Token(string name, int longest)
    {
        var line = Line(name, longest);
        if (line is null || line.All(char.IsAscii))
        {
            return line;
        }

        Fault(name, "must be printable ASCII");
        return null;
    }

    public string? Text(string name, int longest)
    {
        var text = Get(name, "a string", JsonValueKind.String)?.GetString();
        if (text?.Length > longest)
        {
            Fault(name, $"must have at most {longest} characters");
        }

        return text;
    }

    public int? Integer(string name, int least, int most)
    {
        var number = Get(name, "an integer", JsonValueKind.Number);
        if (number is null)
        {
            return null;
        }

        if (number.Value.TryGetInt32(out var value) && value >= least && value <= most)
        {
            return value;
        }

        Fault(name, $"must be an integer from {least} to {most}");
        return null;
    }

    /// <summary>Refuses members that nobody has asked for. Call it when all have been read.</summary>
    public void RefuseOthers()
    {
        foreach (var name in _members.Keys.Where(n => !_read.Contains(n)))
        {
            Fault(name, $"is not known here; known are {string.Join(", ", _read)}");
        }
    }
}
