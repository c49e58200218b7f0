using System.Globalization;
using System.Text.Json;
using ScaiGrid.Gateway.Json;

namespace ScaiGrid.Gateway.Providers.Translation;

/// <param name="Description">Undefined when there is none.</param>
/// <param name="Parameters">A JSON Schema; undefined when the function takes nothing.</param>
internal readonly record struct FunctionTool(JsonElement Name, JsonElement Description, JsonElement Parameters, bool Strict);

internal enum ToolUse
{
    /// <summary>Nothing was said.</summary>
    Unsaid,
    Auto,
    None,

    /// <summary>Some tool must be called.</summary>
    Required,

    /// <summary>This one must be called.</summary>
    Named,
}

/// <param name="Name">The tool's name; undefined unless it is named.</param>
internal readonly record struct ToolChoice(ToolUse Use, JsonElement Name = default);

internal enum AnswerFormat
{
    Text,

    /// <summary>Any JSON object.</summary>
    Json,

    /// <summary>JSON of a schema.</summary>
    Schema,
}

/// <summary>Tools, and the shape that the answer shall have.</summary>
internal sealed partial class EffectiveRequest
{
    /// <summary>The functions that may be called. Tools of other types are refused.</summary>
    public List<FunctionTool> Functions()
    {
        var functions = new List<FunctionTool>();
        var number = 0;
        foreach (var tool in At("tools"u8).Items)
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"tools[{number++}]");
            var function = tool.At("function"u8);
            if (!tool.At("type"u8).Says("function"u8))
            {
                Refuse($"{path}.type", "must be \"function\"");
            }
            else if (!function.At("name"u8).IsString)
            {
                Refuse($"{path}.function.name", "is required: a string");
            }
            else
            {
                functions.Add(new(function.At("name"u8), function.At("description"u8), function.At("parameters"u8), function.IsTrueAt("strict"u8)));
            }
        }

        return functions;
    }

    public ToolChoice ToolChoice()
    {
        var choice = At("tool_choice"u8);
        if (choice.At("type"u8).Says("function"u8) && choice.At("function"u8).At("name"u8) is { ValueKind: JsonValueKind.String } name)
        {
            return new(ToolUse.Named, name);
        }

        if (choice.IsThere && !choice.Says("auto"u8) && !choice.Says("none"u8) && !choice.Says("required"u8) && !choice.Says("any"u8))
        {
            Refuse("tool_choice", "must be none, auto, required or a function by its name");
        }

        return new(
            choice.Says("auto"u8) ? ToolUse.Auto
            : choice.Says("none"u8) ? ToolUse.None
            : choice.Says("required"u8) || choice.Says("any"u8) ? ToolUse.Required
            : ToolUse.Unsaid);
    }

    /// <param name="schema">Undefined unless there is one.</param>
    public AnswerFormat Format(out JsonElement schema)
    {
        var format = At("response_format"u8);
        schema = format.At("json_schema"u8).At("schema"u8);
        var type = format.At("type"u8);
        if (!type.Says("json_schema"u8))
        {
            schema = default;
            if (format.IsThere && !type.Says("text"u8) && !type.Says("json_object"u8))
            {
                Refuse("response_format.type", "must be text, json_object or json_schema");
            }

            return type.Says("json_object"u8) ? AnswerFormat.Json : AnswerFormat.Text;
        }

        if (!schema.IsObject)
        {
            Refuse("response_format.json_schema.schema", "is required: a JSON Schema");
        }

        return AnswerFormat.Schema;
    }
}
