using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace ScaiGrid.Server.Kernel;

/// <summary>
/// Compares JSON with a type's contract and names every difference, where the serializer would stop at the first.
/// Names that the contract does not have are refused too: a misspelt optional field must not be lost in silence.
/// </summary>
internal static class ContractCheck
{
    public static List<Fault> Check<T>(JsonElement root)
    {
        var faults = new List<Fault>();
        Check(root, typeof(T), "", nullable: false, faults);
        return faults;
    }

    private static void Check(JsonElement element, Type type, string path, bool nullable, List<Fault> faults)
    {
        var field = path.Length == 0 ? "body" : path;
        if (element.ValueKind == JsonValueKind.Null && (nullable || Nullable.GetUnderlyingType(type) is not null || type == typeof(Flows.Language.Value)))
        {
            return;
        }

        var contract = Json.Options.GetTypeInfo(Nullable.GetUnderlyingType(type) ?? type);
        switch (contract.Kind)
        {
            case JsonTypeInfoKind.Object when element.ValueKind == JsonValueKind.Object:
                CheckMembers(element, contract, path, faults);
                break;
            case JsonTypeInfoKind.Object:
                faults.Add(new(field, "must be an object"));
                break;
            case JsonTypeInfoKind.Enumerable when element.ValueKind == JsonValueKind.Array:
                foreach (var (item, i) in element.EnumerateArray().Select((item, i) => (item, i)))
                {
                    Check(item, contract.ElementType!, $"{path}[{i}]", nullable: false, faults);
                }

                break;
            case JsonTypeInfoKind.Enumerable:
                faults.Add(new(field, "must be an array"));
                break;
            case JsonTypeInfoKind.Dictionary when element.ValueKind == JsonValueKind.Object:
                foreach (var member in element.EnumerateObject())
                {
                    Check(member.Value, contract.ElementType!, $"{path}.{member.Name}", nullable: false, faults);
                }

                break;
            case JsonTypeInfoKind.Dictionary:
                faults.Add(new(field, "must be an object"));
                break;
            default: // the serializer takes null for any text that stands alone
                CheckScalar(element, contract.Type, field, faults);
                break;
        }
    }

    private static void CheckMembers(JsonElement element, JsonTypeInfo contract, string path, List<Fault> faults)
    {
        foreach (var member in element.EnumerateObject())
        {
            var name = path.Length == 0 ? member.Name : $"{path}.{member.Name}";
            if (contract.Properties.FirstOrDefault(p => p.Name == member.Name) is { } property)
            {
                Check(member.Value, property.PropertyType, name, property.IsSetNullable, faults);
            }
            else
            {
                faults.Add(new(name, "is not known here"));
            }
        }

        foreach (var property in contract.Properties.Where(p => p.IsRequired && !element.TryGetProperty(p.Name, out _)))
        {
            faults.Add(new(path.Length == 0 ? property.Name : $"{path}.{property.Name}", "is required"));
        }
    }

    private static void CheckScalar(JsonElement element, Type type, string field, List<Fault> faults)
    {
        if (element.ValueKind == JsonValueKind.Null || !Reads(element, type))
        {
            faults.Add(new(field, Expectation(type)));
        }
        else if (type == typeof(string) && element.GetString()!.Contains('\0'))
        {
            faults.Add(new(field, "must not contain the character U+0000")); // PostgreSQL keeps it in no text
        }
    }

    private static bool Reads(JsonElement element, Type type)
    {
        try
        {
            element.Deserialize(type, Json.Options);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string Expectation(Type type) =>
        type == typeof(string) ? "must be text"
        : type == typeof(bool) ? "must be true or false"
        : type == typeof(int) || type == typeof(long) ? "must be a whole number"
        : type == typeof(decimal) || type == typeof(double) ? "must be a number"
        : type == typeof(DateTimeOffset) ? "must be a time in RFC 3339, such as 2026-01-15T10:30:00Z"
        : type.IsEnum ? $"must be one of {string.Join(", ", Enum.GetNames(type).Select(System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName))}"
        : "is not well formed";
}
