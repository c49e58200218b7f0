using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Access;

namespace ScaiGrid.Server.Kernel;

/// <summary>What the framework cannot see by itself of our endpoints: arguments that bind themselves, permissions, refusals, value types.</summary>
internal static class OpenApiDescription
{
    private const string Scheme = "bearer";

    public static void Describe(OpenApiOptions options)
    {
        options.CreateSchemaReferenceId = type => OpenApiOptions.CreateDefaultSchemaReferenceId(type) is null ? null : NameOf(type.Type);
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new() { Title = "ScaiGrid", Version = "v1", Description = "Agent flows as chat models." };
            document.Servers = [];
            document.AddComponent(Scheme, new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = Scheme,
                Description = "An API key (sgk_…) or an access token of the configured OpenID provider.",
            });
            return Task.CompletedTask;
        });
        options.AddSchemaTransformer((schema, context, _) => Describe(schema, context.JsonTypeInfo.Type));
        options.AddOperationTransformer((operation, context, _) => Describe(operation, context));
    }

    /// <summary>Unique also for the many slices whose types are called Request and Response: <c>EnvelopeOfParseBundleResponse</c>.</summary>
    private static string NameOf(Type type)
    {
        var name = type.IsGenericType ? $"{type.Name[..type.Name.IndexOf('`')]}Of{string.Concat(type.GetGenericArguments().Select(NameOf))}" : type.Name;
        return type.IsNested ? type.DeclaringType!.Name + name : name;
    }

    private static Task Describe(OpenApiSchema schema, Type type)
    {
        if (type == typeof(Value) || type == typeof(JsonElement))
        {
            (schema.Type, schema.Properties, schema.Description) = (null, null, "Any JSON.");
        }
        else if (type.IsValueType && type.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IParsable<>)) && type.Namespace?.StartsWith("ScaiGrid.", StringComparison.Ordinal) == true)
        {
            (schema.Type, schema.Properties) = (JsonSchemaType.String, null);
        }

        return Task.CompletedTask;
    }

    private static Task Describe(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        foreach (var parameter in metadata.OfType<MethodInfo>().FirstOrDefault()?.GetParameters() ?? [])
        {
            foreach (var described in ParametersOf(parameter))
            {
                (operation.Parameters ??= []).Add(described);
            }
        }

        if (metadata.OfType<AccessRule>().FirstOrDefault() is { Anonymous: false } rule)
        {
            operation.Security = [new() { [new OpenApiSecuritySchemeReference(Scheme, context.Document)] = [] }];
            operation.Description = (rule.Permission is null ? "Needs a signed-in caller." : $"Needs the permission `{rule.Permission}`.") + (rule.OidcOnly ? " API keys do not reach this." : "");
        }

        foreach (var status in metadata.OfType<ErrorType>().GroupBy(e => e.Kind.Status).OrderBy(g => g.Key))
        {
            var code = status.Key.ToString(System.Globalization.CultureInfo.InvariantCulture);
            (operation.Responses ??= [])[code] = new OpenApiResponse { Description = string.Join("; ", status.Select(e => $"`{e.Code}` {e.Title}")) };
        }

        return Task.CompletedTask;
    }

    private static IEnumerable<OpenApiParameter> ParametersOf(ParameterInfo parameter)
    {
        if (parameter.ParameterType == typeof(Paging))
        {
            var (unlessTold, most) = PageLimitsAttribute.Of(parameter);
            yield return Query("limit", JsonSchemaType.Integer, $"1 to {most}; {unlessTold} unless told.");
            yield return Query("cursor", JsonSchemaType.String, "The next_cursor of the page before.");
        }
        else if (parameter.ParameterType == typeof(IfMatch))
        {
            yield return new() { Name = "If-Match", In = ParameterLocation.Header, Description = "The ETag of the version to change.", Schema = new OpenApiSchema { Type = JsonSchemaType.String } };
        }
        else if (parameter.ParameterType is { IsGenericType: true } choice && choice.GetGenericTypeDefinition() == typeof(Choice<>))
        {
            var query = Query(parameter.Name!, JsonSchemaType.String, null);
            query.Schema = new OpenApiSchema
            {
                Type = JsonSchemaType.String,
                Enum = [.. Enum.GetNames(choice.GetGenericArguments()[0]).Select(n => (JsonNode)JsonNamingPolicy.SnakeCaseLower.ConvertName(n))],
            };
            yield return query;
        }
    }

    private static OpenApiParameter Query(string name, JsonSchemaType type, string? description) =>
        new() { Name = name, In = ParameterLocation.Query, Description = description, Schema = new OpenApiSchema { Type = type } };
}
