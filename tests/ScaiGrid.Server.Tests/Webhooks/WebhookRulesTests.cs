using System.Text;
using ScaiGrid.Server.Egress;
using ScaiGrid.Server.Features.Webhooks;

namespace ScaiGrid.Server.Tests.Webhooks;

/// <summary>What webhooks ask for, how often they are tried, and how deliveries are signed.</summary>
public sealed class WebhookRulesTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;

    [Theory]
    [InlineData("*", "budget.hard_limit_reached", true)]
    [InlineData("budget.*", "budget.hard_limit_reached", true)]
    [InlineData("budget.hard_limit_reached", "budget.hard_limit_reached", true)]
    [InlineData("budget.soft_limit_reached", "budget.hard_limit_reached", false)]
    [InlineData("bud.*", "budget.hard_limit_reached", false)]
    [InlineData("model.*", "models.other", false)]
    public void A_pattern_matches_one_type_a_kind_or_all(string pattern, string type, bool expected) => Assert.Equal(expected, EventTypes.Matches(pattern, type));

    [Fact]
    public void A_delivery_is_signed_as_RFC_4231_has_it() =>
        Assert.Equal("sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843", WebhookSender.SignatureOf("Jefe", Encoding.UTF8.GetBytes("what do ya want for nothing?")));

    [Fact]
    public void A_delivery_is_tried_again_later_and_later_until_it_has_failed_for_good()
    {
        var delivery = NewDelivery();
        var waits = new List<double>();
        for (var i = 0; i < 6; i++)
        {
            delivery.Tried(new(503, 5, "no"), 5, Now);
            waits.Add((delivery.NextAt - Now).TotalSeconds);
        }

        Assert.Equal([30, 120, 600, 1800, 7200, 7200], waits);
        Assert.Equal((DeliveryStatus.Failed, 6, Now, 503), (delivery.Status, delivery.Attempts, delivery.CompletedAt, delivery.StatusCode));
    }

    [Fact]
    public void A_delivery_that_arrived_is_done()
    {
        var delivery = NewDelivery();
        delivery.Tried(new(null, 5, "away"), 5, Now);
        delivery.Tried(new(204, 5, null), 5, Now);

        Assert.Equal((DeliveryStatus.Success, 2, null), (delivery.Status, delivery.Attempts, delivery.Error));
    }

    [Fact]
    public void An_address_that_failed_fifty_times_in_a_row_is_told_nothing_more_until_it_is_switched_on_again()
    {
        var webhook = new Webhook { Id = new("wh_1"), TenantId = new("tnt_1"), Url = "https://x.example", SealedSecret = "", CreatedAt = Now };
        for (var i = 0; i < 49; i++)
        {
            webhook.Heard(succeeded: false, Now);
        }

        webhook.Heard(succeeded: true, Now);
        Assert.Equal(0, webhook.FailuresInARow);
        for (var i = 0; i < 50; i++)
        {
            Assert.Equal(WebhookStatus.Active, webhook.Status);
            webhook.Heard(succeeded: false, Now);
        }

        Assert.Equal((WebhookStatus.Inactive, Now), (webhook.Status, webhook.DisabledAt));
        webhook.Enable();
        Assert.Equal((WebhookStatus.Active, 0, null), (webhook.Status, webhook.FailuresInARow, webhook.DisabledAt));
    }

    [Theory]
    [InlineData("https://hooks.example/x?y=1", null)]
    [InlineData("http://hooks.example/x", "https")]
    [InlineData("ftp://hooks.example", "https")]
    [InlineData("https://a:b@hooks.example", "user")]
    [InlineData("https://hooks.example/#x", "fragment")]
    [InlineData("not an address", "https")]
    [InlineData("https://127.0.0.1/x", "egress")]
    [InlineData("https://localhost/x", "egress")]
    [InlineData("https://169.254.169.254/latest", "egress")]
    [InlineData("http://inside.example/x", null)]
    public void An_address_is_https_and_outside_but_where_the_operator_says_otherwise(string url, string? fault)
    {
        var faults = WebhookSettings.Check(url, ["*"], null, null, new EgressOptions { AllowedHosts = ["inside.example"] });

        Assert.Equal(fault is null, faults.Count == 0);
        Assert.All(faults, f => Assert.Contains(fault!, f.Message, StringComparison.Ordinal));
    }

    private static WebhookDelivery NewDelivery() =>
        new() { TenantId = new("tnt_1"), Id = "dlv_1", WebhookId = new("wh_1"), EventId = "evt_1", EventType = "x", Body = "{}", NextAt = Now, CreatedAt = Now };
}
