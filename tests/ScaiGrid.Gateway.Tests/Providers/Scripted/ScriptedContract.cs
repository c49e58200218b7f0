using ScaiGrid.Gateway.Providers;
using ScaiGrid.Gateway.Providers.Scripted;

namespace ScaiGrid.Gateway.Tests.Providers.Scripted;

public sealed class ScriptedContract : ProviderContract
{
    private const string Well = "\"reply\":\"Well, hello there.\"";

    internal override IChatProvider Answering() => With($$"""{ {{Well}}, "usage": {"prompt_tokens":11,"completion_tokens":4} }""");

    internal override IChatProvider CallingATool() => With("""{ "tool_calls": [ {"name":"find","arguments":{"q":"x"}} ] }""");

    internal override IChatProvider Failing() => With("""{ "fail": {"status":503} }""");

    internal override IChatProvider Silent() => With("""{ "fail": "timeout" }""");

    internal override IChatProvider BreakingOff() => With($$"""{ {{Well}}, "fail": "cut" }""");

    private static IChatProvider With(string rule)
    {
        Assert.True(new ScriptedKind(TimeProvider.System).TryConnect(
            Sample.Json($$"""{"default":{{rule}}}"""), Reach.Guarded, out var provider, out var faults), string.Join("; ", faults));
        return provider;
    }
}
