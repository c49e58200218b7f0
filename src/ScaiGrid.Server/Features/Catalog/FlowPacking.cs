using System.Text;
using System.Text.Json;
using ScaiGrid.Flows.Compile;
using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;
using ScaiGrid.Flows.Packages;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Features.Flows;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Catalog;

/// <summary>Makes a package of a flow, or says why it cannot be one. Knows neither HTTP nor the database.</summary>
internal static class FlowPacking
{
    public const int MaxReadmeLength = 1 << 20;

    public static Result<Package> Pack(JsonElement content, PublishPackage.Request request, PackageInfo info, Principal caller)
    {
        if (!Read(content).Succeeded(out var flow, out var error))
        {
            return error;
        }

        var compilation = FlowCompiler.Compile(flow);
        if (!compilation.Succeeded(out var compiled))
        {
            return FlowErrors.NotCompiled(compilation.Diagnostics);
        }

        var package = Package.Of(
            info with { Author = new(caller.UserId.Value, caller.Email), ScaicoreTarget = compiled.Graph.ScaicoreTarget, Requires = compiled.Graph.Requirements() },
            flow, compiled.Yaml, request.Readme);
        var length = package.Write().Length;
        return length > Package.MaxLength
            ? KernelErrors.TooLarge.With($"The package would have {length} bytes; {Package.MaxLength} are the most.")
            : package;
    }

    /// <summary>The flow as whoever opens the package reads it, so that its manifest is what they compile it to; when nothing of it gets lost by that.</summary>
    private static Result<Value> Read(JsonElement content)
    {
        var lost = NumberPrecision.LostIn(content);
        if (lost.Count > 0)
        {
            return KernelErrors.Faulty([.. lost.Select(path => new Fault($"content.{path}", "has more digits than a 64-bit floating-point number keeps; write it as text"))]);
        }

        try
        {
            return Value.FromJson(Encoding.UTF8.GetString(CanonicalJson.WriteUtf8(Value.FromJson(content), keepOrder: true).Span));
        }
        catch (JsonException e)
        {
            return KernelErrors.Validation.At("content", $"is not JSON that can be kept: {e.Message}");
        }
    }
}
