using System.Data.Common;

namespace FireproofBench.Endpoint.Heads.Sql;

/// <summary>One connection and the commands on it, which are made once. Used by one caller at a time.</summary>
internal sealed class HeadSession(DbConnection connection) : IAsyncDisposable
{
    private readonly Dictionary<string, DbCommand> _commands = new(StringComparer.Ordinal);

    /// <summary>The connection.</summary>
    public DbConnection Connection { get; } = connection;

    /// <summary>The transaction that commands run in; null for none.</summary>
    public DbTransaction? Transaction { get; set; }

    /// <summary>Prepares a statement.</summary>
    /// <param name="sql">The statement.</param>
    /// <param name="parameters">Names, with their <c>@</c>, and values.</param>
    public DbCommand Command(string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        if (!_commands.TryGetValue(sql, out DbCommand? command))
        {
            command = Connection.CreateCommand();
#pragma warning disable CA2100 // All statements are constants.
            command.CommandText = sql;
#pragma warning restore CA2100
            foreach ((string name, object value) in parameters)
            {
                DbParameter parameter = command.CreateParameter();
                parameter.ParameterName = name;
                parameter.Value = value;
                _ = command.Parameters.Add(parameter);
            }

            _commands.Add(sql, command);
        }
        else
        {
            for (int i = 0; i < parameters.Length; i++)
                command.Parameters[i].Value = parameters[i].Value;
        }

        command.Transaction = Transaction;
        return command;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (DbCommand command in _commands.Values)
            await command.DisposeAsync();
        if (Transaction is not null)
            await Transaction.DisposeAsync();
        await Connection.DisposeAsync();
    }
}
