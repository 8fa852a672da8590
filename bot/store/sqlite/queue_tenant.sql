  -- Of the tenant of a row of the queued channels.
  DELETE FROM queued_tenants WHERE tenant = {row}.tenant
    AND NOT EXISTS (SELECT 1 FROM queued_channels WHERE tenant = {row}.tenant);
  INSERT INTO queued_tenants
    SELECT tenant, platform, (SELECT count(*) FROM queued_channels WHERE tenant = {row}.tenant AND lease != ''),
           due, head, ''
    FROM queued_channels WHERE tenant = {row}.tenant ORDER BY due, head LIMIT 1
    ON CONFLICT DO UPDATE SET held = excluded.held, due = max(excluded.due, rest), head = excluded.head;
