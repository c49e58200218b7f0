using System.Text;
using ScaiGrid.Flows.Packages;

namespace ScaiGrid.Flows.Tests.Packages;

public sealed class FlowCopyTests
{
    [Fact]
    public void A_copy_differs_in_its_id_and_name_and_in_no_other_byte()
    {
        const string flow = """{"edges":[{"id":"e","name":"x"}],"id":"flow_1","name":"Ä \"quoted\"","nodes":[{"id":"n","z":1e+30}],"z":{"name":1}}""";

        var copy = Encoding.UTF8.GetString(FlowCopy.Make(Encoding.UTF8.GetBytes(flow), "flow_2", "Copy of \"Ö\"\n").Span);

        Assert.Equal("""{"edges":[{"id":"e","name":"x"}],"id":"flow_2","name":"Copy of \"Ö\"\n","nodes":[{"id":"n","z":1e+30}],"z":{"name":1}}""", copy);
    }
}
