using System.Globalization;
using ScaiGrid.Flows.Language;

namespace ScaiGrid.Server.Access.Bootstrap;

/// <summary>What a part of the file means as JSON, by YAML 1.2's core schema: <c>null</c>, <c>true</c>, <c>12</c>, <c>0.5</c>; all else is text.</summary>
internal static class YamlJson
{
    public static Value From(Node node) => node switch
    {
        MappingNode mapping => Value.Object(mapping.Members.Select(m => KeyValuePair.Create(m.Key, From(m.Value)))),
        SequenceNode sequence => Value.Array([.. sequence.Items.Select(From)]),
        ScalarNode { IsNull: true } => Value.Null,
        ScalarNode { Plain: true, Text: "true" or "True" or "TRUE" } => Value.True,
        ScalarNode { Plain: true, Text: "false" or "False" or "FALSE" } => Value.False,
        ScalarNode { Plain: true } scalar when decimal.TryParse(scalar.Text, NumberStyles.Float & ~NumberStyles.AllowLeadingWhite & ~NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var number) => number,
        ScalarNode scalar => scalar.Text,
        _ => Value.Null,
    };
}
