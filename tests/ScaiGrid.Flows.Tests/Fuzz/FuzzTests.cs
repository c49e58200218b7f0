using System.Diagnostics;
using System.Globalization;
using ScaiGrid.Flows.Compile;
using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;
using ScaiGrid.Flows.Packages;

namespace ScaiGrid.Flows.Tests.Fuzz;

/// <summary>
/// Whatever comes in, nothing is thrown, nothing takes long and nothing fills the memory. Every input is made from its number,
/// which a failure names. <c>SCAIGRID_TEST_FUZZ</c> says how many to try; <c>./build.sh fuzz</c> tries 100,000.
/// </summary>
public class FuzzTests
{
    private const long MostBytes = 256 << 20;

    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(1);

    private static readonly int Count = int.Parse(Environment.GetEnvironmentVariable("SCAIGRID_TEST_FUZZ") ?? "1000", CultureInfo.InvariantCulture);

    private static readonly Value[] Flows =
    [
        .. Files("tests/ScaiGrid.Flows.Tests/Compile/Corpus", "*.flow.json"), .. Files("tests/ScaiGrid.Flows.Tests/Graph/corpus/good", "*.json"),
    ];

    private static readonly string[] Manifests =
    [
        .. new[] { "tests/ScaiGrid.Flows.Tests/Compile/Corpus", "samples/cores" }.SelectMany(folder =>
            Directory.GetFiles(Path.Combine(Repository.Root, folder), "*.yaml")).Order(StringComparer.Ordinal).Select(File.ReadAllText),
    ];

    private static readonly Scope Scope = Scope.From(Value.FromJson(
        """{"name": "Ada", "numbers": [3, 1, 2], "items": [{"name": "pen", "price": 2.5}], "order": {"id": 7}, "due": "2026-03-09", "none": null}""").Members, DateTimeOffset.UnixEpoch);

    [Fact]
    public void Flows_are_analysed_and_compiled()
    {
        var compiledFlows = 0;
        Try(random =>
        {
            var flow = new Mutation(random).Of(Pick(Flows, random), 1 + random.Next(4));
            return (flow.ToJson(), () => compiledFlows += Compiles(flow) ? 1 : 0);
        });
        Assert.InRange(compiledFlows, Count / 20, Count); // enough of them get past the analysis
    }

    private static bool Compiles(Value flow)
    {
        var compiled = FlowCompiler.Compile(flow);
        Assert.DoesNotContain(compiled.Diagnostics, d => d.Code == CompileCodes.InvalidManifest);
        if (!compiled.Succeeded(out var result))
        {
            return false;
        }

        Assert.Equal(result.Yaml, FlowCompiler.Compile(Value.FromJson(flow.ToJson())).Succeeded(out var again) ? again.Yaml : null);
        Assert.NotEmpty(FlowText.Write(result));
        Assert.NotNull(FlowImport.Import(result.Yaml));
        return true;
    }

    [Fact]
    public void Manifests_are_read_whatever_their_values() => Try(random =>
    {
        Assert.True(ManifestText.TryParse(Pick(Manifests, random), [], out var source, out _));
        var manifest = new Mutation(random).Of(source, 1 + random.Next(4));
        return (manifest.ToJson(), () => _ = ManifestReader.Read(manifest));
    });

    [Fact]
    public void Manifests_are_read_and_imported_whatever_their_text() => Try(random =>
    {
        var text = new Damage(random).Of(Pick(Manifests, random));
        return (text, () =>
        {
            _ = ManifestReader.Read(text);
            _ = FlowImport.Import(text);
        }
        );
    });

    [Fact]
    public void Expressions_templates_and_types_are_parsed_and_evaluated() => Try(random =>
    {
        var text = new Damage(random).Of(Pick(Texts, random));
        return (text, () =>
        {
            if (Expression.TryParse(text, out var expression, out _))
            {
                _ = expression.Evaluate(Scope);
            }

            if (Template.TryParse(text, out var template, out _))
            {
                _ = template.Render(Scope);
            }

            if (OutputType.TryParse(text, out var type, out _))
            {
                _ = type.ToJsonSchema();
                _ = type.Validate("x", out _);
            }
        }
        );
    });

    [Fact]
    public void Packages_are_read_whatever_their_bytes() => Try(random =>
    {
        var archive = new Damage(random).Of(Archive);
        return (Convert.ToHexString(archive), () => _ = Package.Read(archive));
    });

    private static string[] Texts { get; } =
    [
        "{{ items.map(i => i.name).join(' and ') }}", "name == 'Ada' && (numbers.sum() > 5 || none ?? false)", "numbers.filter(n => n > 1).sort_by(n => -n)[0] * 2.5", "\"${name} owes ${order.id + 1}\"",
        "{ a: [1, 2, 3].map(x => x + 1), 'b c': due.year }", "due < 2026-04-01 ? 30s + 5m : null", "name.slice(0, 2).pad_start(10, '*').replace('a', 'b').split('')", "enum[travel, meals, other]",
        "map<string, array[{ a: int, b: date? }]> | null", "Dear {{name}}, {{ numbers.contains(3) ? 'yes' : 'no' }} {{ \"{{\" }}", "name.matches('*a*?') || 'x' in order", "[[1, 2], [3]].flatten().unique().max(x => x % 2)",
    ];

    private static byte[] Archive { get; } = File.ReadAllBytes(Path.Combine(Repository.Root, "tests/ScaiGrid.Flows.Tests/Packages/Golden/customer-support-0.2.0.scaipkg"));

    private static void Try(Func<Random, (string Input, Action Check)> make)
    {
        for (var number = 0; number < Count; number++)
        {
            var (input, check) = make(new(number));
            try
            {
                Bounded(check);
            }
            catch (Exception e)
            {
                Assert.Fail($"Input {number}: {e.Message}\n{input[..Math.Min(input.Length, 20_000)]}\n{e}");
            }
        }
    }

    /// <summary>Only an input that is slow three times is slow, and not the machine.</summary>
    private static void Bounded(Action check)
    {
        var best = TimeSpan.MaxValue;
        for (var turn = 0; turn < 3 && best > MostTime; turn++)
        {
            var (before, watch) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.StartNew());
            check();
            best = watch.Elapsed < best ? watch.Elapsed : best;
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostBytes);
        }

        Assert.InRange(best, TimeSpan.Zero, MostTime);
    }

    private static T Pick<T>(T[] seeds, Random random) => seeds[random.Next(seeds.Length)];

    private static IEnumerable<Value> Files(string folder, string pattern) =>
        Directory.GetFiles(Path.Combine(Repository.Root, folder), pattern).Order(StringComparer.Ordinal).Select(file => Value.FromJson(File.ReadAllText(file)));
}
