using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Manifests;

/// <summary>How the members of a step become expressions and templates.</summary>
internal static class ExpressionReading
{
    extension(StepReader reader)
    {
        /// <summary>
        /// An expression: its text, bare or as the one hole of a template, or <c>true</c>, <c>false</c>, a number. Null after
        /// an error.
        /// </summary>
        public Expression? Expression(ManifestNode node)
        {
            if (node.Value.Kind is not (ValueKind.String or ValueKind.Bool or ValueKind.Number))
            {
                node.Error(ManifestCodes.WrongType, "Must be an expression.");
                return null;
            }

            var text = ExpressionText.Unwrap(node.Value.ToText());
            if (!Language.Expression.TryParse(text, out var expression, out var faults))
            {
                foreach (var fault in faults)
                {
                    node.Error(ManifestCodes.Expression, $"{fault.Message} (at {fault.Position}).");
                }

                return null;
            }

            reader.Uses(node, expression.FreeNames);
            return expression;
        }

        /// <summary>One expression or a list of them, all of which must hold.</summary>
        public IReadOnlyList<Expression> Conditions(ManifestNode? node) => node switch
        {
            null => [],
            { Value.Kind: ValueKind.Array } => [.. node.Items().Select(reader.Expression).OfType<Expression>()],
            _ => reader.Expression(node) is { } one ? [one] : [],
        };

        public Template? Template(ManifestNode node)
        {
            if (node.Text() is not { } text)
            {
                return null;
            }

            if (!Language.Template.TryParse(text, out var template, out var faults))
            {
                foreach (var fault in faults)
                {
                    node.Error(ManifestCodes.Template, $"{fault.Message} (at {fault.Position}).");
                }

                return null;
            }

            reader.Uses(node, template.FreeNames);
            return template;
        }

        /// <summary>One template or a list of them.</summary>
        public IReadOnlyList<Template> Templates(ManifestNode? node) => node switch
        {
            null => [],
            { Value.Kind: ValueKind.Array } => [.. node.Items().Select(reader.Template).OfType<Template>()],
            _ => reader.Template(node) is { } one ? [one] : [],
        };

        /// <summary>Any value; the strings in it are templates. Null when absent and after an error.</summary>
        public ValueTemplate? ValueTemplate(ManifestNode? node)
        {
            if (node is null)
            {
                return null;
            }

            if (!Language.ValueTemplate.TryParse(node.Value, out var template, out var faults))
            {
                foreach (var (path, fault) in faults)
                {
                    node.Error(ManifestCodes.Template, $"{(path.Length == 0 ? "" : $"{path}: ")}{fault.Message} (at {fault.Position}).");
                }

                return null;
            }

            reader.Uses(node, template.FreeNames);
            return template;
        }

        /// <summary>An object; the strings in it are templates. Null when absent and after an error.</summary>
        public ValueTemplate? ObjectTemplate(ManifestNode? node) =>
            node is not null && node.IsObject() ? reader.ValueTemplate(node) : null;

        private void Uses(ManifestNode node, IEnumerable<string> names)
        {
            foreach (var name in names)
            {
                reader.Names.Read(name, node);
            }
        }
    }
}
