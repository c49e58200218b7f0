var app = WebApplication.CreateBuilder(args).Build();
app.Run();

internal sealed partial class Program;
