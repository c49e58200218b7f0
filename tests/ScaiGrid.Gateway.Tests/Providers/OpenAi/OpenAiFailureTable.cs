using System.Text;
using ScaiGrid.Gateway.Providers;
using ScaiGrid.Gateway.Providers.OpenAi;

namespace ScaiGrid.Gateway.Tests.Providers.OpenAi;

/// <summary>Recorded failures of OpenAI-protocol upstreams, and what they mean.</summary>
public sealed class OpenAiFailureTable
{
    [Theory]
    [InlineData(400, """{"error":{"message":"Invalid value for 'temperature'.","type":"invalid_request_error","param":"temperature","code":null}}""", FailureClass.CallerFault)]
    [InlineData(400, """{"error":{"message":"This model's maximum context length is 8192 tokens.","type":"invalid_request_error","code":"context_length_exceeded"}}""", FailureClass.CallerFault)]
    [InlineData(400, """{"error":{"message":"The response was filtered.","type":null,"code":"content_filter","status":400}}""", FailureClass.Refused)]
    [InlineData(400, """{"error":{"message":"Rejected by our safety system.","type":"invalid_request_error","code":"content_policy_violation"}}""", FailureClass.Refused)]
    [InlineData(400, """{"object":"error","message":"max_tokens is too large","type":"BadRequestError","param":null,"code":400}""", FailureClass.CallerFault)]
    [InlineData(401, """{"error":{"message":"Incorrect API key provided: sk-abc***xyz.","type":"invalid_request_error","code":"invalid_api_key"}}""", FailureClass.Credential)]
    [InlineData(401, "", FailureClass.Credential)]
    [InlineData(402, """{"error":{"message":"Insufficient credits","code":402}}""", FailureClass.Quota)]
    [InlineData(403, """{"error":{"message":"Project does not have access to model `gpt-5`","type":"invalid_request_error","code":"model_not_found"}}""", FailureClass.ModelGone)]
    [InlineData(403, "Forbidden", FailureClass.Credential)]
    [InlineData(404, """{"error":{"message":"The model `gpt-9` does not exist","type":"invalid_request_error","code":"model_not_found"}}""", FailureClass.ModelGone)]
    [InlineData(404, """{"error":{"code":"DeploymentNotFound","message":"The API deployment does not exist."}}""", FailureClass.ModelGone)]
    [InlineData(404, "<html>Not found</html>", FailureClass.ModelGone)]
    [InlineData(405, "", FailureClass.Unknown)]
    [InlineData(408, "", FailureClass.Timeout)]
    [InlineData(409, "", FailureClass.Transient)]
    [InlineData(413, "", FailureClass.CallerFault)]
    [InlineData(422, """{"detail":[{"loc":["body","messages"],"msg":"field required"}]}""", FailureClass.CallerFault)]
    [InlineData(429, """{"error":{"message":"Rate limit reached for gpt-4o in organization org-x","type":"requests","code":"rate_limit_exceeded"}}""", FailureClass.RateLimited)]
    [InlineData(429, """{"error":{"message":"You exceeded your current quota","type":"insufficient_quota","code":"insufficient_quota"}}""", FailureClass.Quota)]
    [InlineData(429, "slow down", FailureClass.RateLimited)]
    [InlineData(451, "", FailureClass.Refused)]
    [InlineData(500, """{"error":{"message":"The server had an error","type":"server_error","code":null}}""", FailureClass.Transient)]
    [InlineData(501, "", FailureClass.Unknown)]
    [InlineData(502, "<html><h1>502 Bad Gateway</h1></html>", FailureClass.Transient)]
    [InlineData(503, """{"error":{"message":"The engine is currently overloaded","type":"engine_overloaded"}}""", FailureClass.Transient)]
    [InlineData(504, "", FailureClass.Timeout)]
    [InlineData(529, """{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}""", FailureClass.Transient)]
    [InlineData(301, "", FailureClass.Unknown)]
    [InlineData(204, "", FailureClass.Unknown)]
    [InlineData(500, """{"error":{"message":"\ud800"}}""", FailureClass.Transient)]
    [InlineData(500, """{"error":7}""", FailureClass.Transient)]
    [InlineData(500, "[]", FailureClass.Transient)]
    public void A_failure_has_the_class_that_decides_what_follows(int status, string body, FailureClass expected)
    {
        var failure = OpenAiFailures.From(status, Encoding.UTF8.GetBytes(body), TimeSpan.FromSeconds(3));

        Assert.Equal(expected, failure.Class);
        Assert.Equal(status, failure.Status);
        if (expected is FailureClass.RateLimited or FailureClass.Transient)
        {
            Assert.Equal(TimeSpan.FromSeconds(3), failure.RetryAfter);
        }
    }

    [Theory]
    [InlineData(400, "Invalid value for 'temperature'.", true)]
    [InlineData(400, "See https://10.0.0.7:8000/docs for help", false)]
    [InlineData(400, "Your key sk-abc is not allowed to", false)]
    [InlineData(400, "Authorization: bearer abc", false)]
    [InlineData(401, "Incorrect API key provided: abc", false)]
    [InlineData(500, "Error at node 10.0.0.7", false)]
    [InlineData(429, "Rate limit reached in organization org-x", false)]
    public void Only_what_concerns_the_callers_own_request_is_passed_on(int status, string message, bool passed)
    {
        var body = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(new { error = new { message } });

        Assert.Equal(passed, OpenAiFailures.From(status, body, null).Message == message);
    }

    [Fact]
    public void A_message_is_passed_on_as_one_line_of_bounded_length()
    {
        var body = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(new { error = new { message = "a\nb" + new string('x', 5000) } });

        var message = OpenAiFailures.From(400, body, null).Message;

        Assert.StartsWith("abx", message, StringComparison.Ordinal);
        Assert.Equal(400, message.Length);
    }

    [Theory]
    [InlineData("""{"error":{"message":"Provider returned error","code":502}}""", FailureClass.Transient)]
    [InlineData("""{"error":{"message":"no","code":429}}""", FailureClass.RateLimited)]
    [InlineData("""{"error":{"message":"no","code":"insufficient_quota"}}""", FailureClass.Quota)]
    [InlineData("""{"error":{"message":"no","code":200}}""", FailureClass.Transient)]
    [InlineData("""{"error":"out of memory"}""", FailureClass.Transient)]
    public void An_error_under_status_200_is_a_failure_all_the_same(string body, FailureClass expected) =>
        Assert.Equal(expected, OpenAiFailures.FromBody(Encoding.UTF8.GetBytes(body)).Class);
}
