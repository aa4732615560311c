-- Reservations are decided here, and nowhere else. The order of locks, for everybody who changes stock:
--   1. reservations, in the order of their ids;
--   2. stock levels, all of a variant, in the order of (variant_id, location_id);
--   3. new reservations, in the order of their idempotency keys.
-- Who finds at 2 that there is something to do at 1 gives up what it has, and begins anew.
-- hold_ms: the caller has the caches follow, and the relay waits so long for it; null: the relay is told.

-- Whoever made it with a session: the id of the user, or of the guest. null: whoever knows the reservation's id.
ALTER TABLE reservation ADD COLUMN owner uuid;

-- Whether they may see and end it. owners: null for whoever may do so with any.
CREATE FUNCTION reservation_is_of(r reservation, owners uuid[]) RETURNS boolean LANGUAGE sql AS $$
  SELECT owners IS NULL OR r.owner IS NULL OR r.owner = ANY (owners)
$$;

-- Locks all levels of the variants. Levels of one variant are locked together: what is cached is the variant's stock.
CREATE FUNCTION lock_stock(variants uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM stock_level WHERE variant_id = ANY (variants) ORDER BY variant_id, location_id FOR NO KEY UPDATE;
END $$;

-- What is cached of the variants (the same as repository.availability.ts reads; null for one that is not for sale), and
-- the outbox's rows of this transaction. The levels are locked, so their versions are those of this change.
CREATE FUNCTION stock_changes(variants uuid[], hold_ms int) RETURNS jsonb LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
BEGIN
  RETURN jsonb_build_object(
    'stock', (
      SELECT coalesce(jsonb_agg(jsonb_build_object('variantId', of.id, 'now', found.now)), '[]')
      FROM unnest(variants) AS of (id) LEFT JOIN LATERAL (
        SELECT jsonb_build_object('variantId', v.id, 'backorder', v.backorder,
          'version', 1 + coalesce(levels.version, 0) + coalesce(b.version, 0),
          'available', coalesce(levels.available, 0), 'locations', coalesce(levels.locations, '[]')) AS now
        FROM (SELECT * FROM variant WHERE id = of.id AND deleted_at IS NULL OFFSET 0) v -- not all of the product's
        JOIN product p ON p.id = v.product_id AND p.status = 'active'
        LEFT JOIN stock_version_base b ON b.variant_id = v.id
        CROSS JOIN LATERAL (
          SELECT sum(s.version) AS version, sum(s.free) AS available, jsonb_agg(jsonb_build_object(
            'locationId', l.id, 'code', l.code, 'available', s.free) ORDER BY l.code) AS locations
          FROM (SELECT *, greatest(0, on_hand::bigint - reserved - safety_stock) AS free FROM stock_level) s
          JOIN location l ON l.id = s.location_id WHERE s.variant_id = v.id) levels) found ON true),
    'changes', (
      SELECT coalesce(jsonb_agg(jsonb_build_object('id', id::text, 'topic', topic, 'key', key, 'detail', detail,
        'ageSeconds', extract(epoch FROM clock_timestamp() - created_at)) ORDER BY id), '[]')
      FROM outbox WHERE hold_ms IS NOT NULL AND xid = pg_current_xact_id()));
END $$;

-- A reservation as it is now: whether it is over does not depend on whether somebody has swept it.
CREATE FUNCTION reservation_now(r reservation) RETURNS jsonb LANGUAGE sql AS $$
  SELECT jsonb_build_object('id', r.id, 'expiresAt', r.expires_at, 'lines', r.lines, 'status',
    CASE WHEN r.status = 'active' AND r.expires_at <= clock_timestamp() THEN 'expired' ELSE r.status::text END)
$$;

-- Reserves for 1 to N requests, [{ key, hash, ttlSeconds, owner | null, lines: [{ variantId, locationId | null, quantity }] }], in
-- their order, of these variants; each gets all of its lines, or nothing. Lines of a request are apart by (variantId, locationId).
-- A line without a location is served by the first that has all of it, else by several, in the order of their ids.
-- look: if a request is short of what is held by reservations that are over, nothing is done, and the answer is
--   { due: [variantId] }: expire them, and ask again.
-- There is plenty for all, and nobody asks twice: { granted, lines, moment, stock, changes }, ids and lines in the order
--   of the requests, made by one statement. What it does not grant, it leaves to the loop below.
-- Else { outcomes, ids, problems, reservations, stock, changes }: an outcome (granted, known, conflict, refused) and an
-- id or null for each request; problems: [{ request, line, problem: variant | location | stock }], counted from 0.
-- Planned once a connection, and for tables that grow: planning for each call anew takes longer than the call.
CREATE FUNCTION reserve_batch(requests jsonb, variants uuid[], hold_ms int, look boolean) RETURNS jsonb LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
DECLARE
  most_reserved CONSTANT int := 1000000000;
  moment timestamptz;
  l_variant uuid[]; l_location uuid[]; l_on_hand int[]; l_reserved int[]; l_free int[]; l_backorder bool[];
  l_version int[];
  line record;
  outcomes text[] := '{}'; ids uuid[] := '{}'; hashes text[] := '{}'; granted_by int[] := '{}'; known uuid[] := '{}';
  g_request int[] := '{}'; g_level int[] := '{}'; g_quantity int[] := '{}';
  problems jsonb[] := '{}'; short uuid[] := '{}'; changed uuid[] := '{}';
  outcome text; problem text; mark int; picked int; rest int; part int; holder int;
  reservations jsonb := '[]'; kept jsonb; granted jsonb;
BEGIN
  IF hold_ms IS NOT NULL THEN PERFORM set_config('app.invalidates', hold_ms::text, true); END IF;

  SELECT array_agg(variant_id), array_agg(location_id), array_agg(on_hand), array_agg(reserved),
    array_agg(on_hand - reserved - safety_stock), array_agg(backorder), array_agg(version)
  INTO l_variant, l_location, l_on_hand, l_reserved, l_free, l_backorder, l_version
  FROM (SELECT * FROM stock_level WHERE variant_id = ANY (variants)
        ORDER BY variant_id, location_id FOR NO KEY UPDATE) level;
  moment := clock_timestamp();
  -- From here on a statement sees what was committed before the locks were given.

  BEGIN
    WITH level AS MATERIALIZED (
      SELECT variant, location, on_hand, reserved, free, version, row_number() OVER (PARTITION BY variant) AS nth
      FROM unnest(l_variant, l_location, l_on_hand, l_reserved, l_free, l_version)
        AS l (variant, location, on_hand, reserved, free, version)),
    request AS MATERIALIZED (
      SELECT n, key, hash, ttl, owner, lines
      FROM ROWS FROM (jsonb_to_recordset(requests)
          AS (key text, hash text, "ttlSeconds" int, owner uuid, lines jsonb))
        WITH ORDINALITY AS r (key, hash, ttl, owner, lines, n)),
    part AS MATERIALIZED (
      SELECT n, s.variant, s.location, sum(l.quantity) AS quantity
      FROM request CROSS JOIN jsonb_to_recordset(lines) AS l ("variantId" uuid, "locationId" uuid, quantity int)
      LEFT JOIN level s
        ON s.variant = l."variantId" AND (s.location = l."locationId" OR l."locationId" IS NULL AND s.nth = 1)
      GROUP BY n, s.variant, s.location),
    taking AS MATERIALIZED (
      SELECT s.*, p.quantity, p.changes FROM level s JOIN (
        SELECT variant, location, sum(quantity) AS quantity, count(*) AS changes FROM part GROUP BY variant, location) p
      USING (variant, location)),
    plenty AS MATERIALIZED (
      SELECT (SELECT bool_and(variant IS NOT NULL) FROM part) AND (SELECT bool_and(free > quantity) FROM taking)
        AND cardinality(variants) = (
          SELECT count(*) FROM (SELECT * FROM variant WHERE id = ANY (variants) AND deleted_at IS NULL OFFSET 0) v
          JOIN product p ON p.id = v.product_id AND p.status = 'active') AS of_all),
    grants AS MATERIALIZED (
      SELECT n, uuidv7() AS id, jsonb_agg(jsonb_build_object('variantId', variant, 'locationId', location,
        'quantity', quantity) ORDER BY variant, location) AS lines
      FROM part WHERE (SELECT of_all FROM plenty) GROUP BY n),
    levels AS (
      UPDATE stock_level s SET reserved = s.reserved + t.quantity, version = s.version + t.changes
      FROM taking t WHERE s.variant_id = t.variant AND s.location_id = t.location AND (SELECT of_all FROM plenty)),
    movements AS (
      INSERT INTO stock_movement (variant_id, location_id, kind, reserved_delta, on_hand_after, reserved_after, version,
        reference)
      SELECT variant, location, 'reserve', p.quantity, t.on_hand, t.reserved + sum(p.quantity) OVER w,
        t.version + row_number() OVER w, g.id::text
      FROM grants g JOIN part p USING (n) JOIN taking t USING (variant, location)
      WINDOW w AS (PARTITION BY variant, location ORDER BY n) ORDER BY n),
    made AS (
      INSERT INTO reservation (id, idempotency_key, request_hash, owner, lines, expires_at)
      SELECT g.id, r.key, decode(r.hash, 'hex'), r.owner, g.lines, moment + make_interval(secs => r.ttl)
      FROM grants g JOIN request r USING (n) ORDER BY r.key)
    SELECT jsonb_build_object('granted', jsonb_agg(id ORDER BY n), 'lines', jsonb_agg(lines ORDER BY n),
      'moment', extract(epoch FROM moment) * 1000) INTO granted FROM grants HAVING count(*) > 0;
  EXCEPTION WHEN unique_violation THEN -- a key that was used before: the loop tells which, and what for
    granted := NULL;
  END;
  IF granted IS NOT NULL THEN RETURN granted || stock_changes(variants, hold_ms); END IF;

  FOR line IN
    WITH request AS MATERIALIZED (
      SELECT key, hash, lines, n::int, (min(n) OVER (PARTITION BY key))::int AS first
      FROM ROWS FROM (jsonb_to_recordset(requests) AS (key text, hash text, lines jsonb))
        WITH ORDINALITY AS r (key, hash, lines, n)),
    level AS MATERIALIZED (
      SELECT variant, location, i::int FROM unnest(l_variant, l_location) WITH ORDINALITY AS l (variant, location, i)),
    by_variant AS MATERIALIZED (SELECT variant, min(i) AS low, max(i) AS high FROM level GROUP BY variant)
    SELECT r.n, r.first, r.hash, e.id AS known_id, encode(e.request_hash, 'hex') AS known_hash, l.variant, l.quantity,
      l.i::int - 1 AS index, row_number() OVER w AS nth,
      row_number() OVER w = jsonb_array_length(r.lines) AS last, v.id IS NOT NULL AS sold,
      l.location IS NULL OR EXISTS (SELECT FROM location x WHERE x.id = l.location) AS located,
      CASE WHEN l.location IS NULL THEN b.low ELSE one.i END AS low,
      CASE WHEN l.location IS NULL THEN b.high ELSE one.i END AS high
    FROM request r
    CROSS JOIN LATERAL ROWS FROM (
      jsonb_to_recordset(r.lines) AS ("variantId" uuid, "locationId" uuid, quantity int))
      WITH ORDINALITY AS l (variant, location, quantity, i)
    LEFT JOIN LATERAL (
      SELECT id, request_hash FROM reservation WHERE idempotency_key = r.key LIMIT 1) e ON true
    LEFT JOIN by_variant b ON b.variant = l.variant
    LEFT JOIN level one ON one.variant = l.variant AND one.location = l.location
    LEFT JOIN (
      SELECT v.id FROM variant v JOIN product p ON p.id = v.product_id
      WHERE v.id = ANY (variants) AND v.deleted_at IS NULL AND p.status = 'active') v ON v.id = l.variant
    WINDOW w AS (PARTITION BY r.n ORDER BY l.location IS NULL, l.i) -- who asks for a place comes before who does not
    ORDER BY r.n, nth
  LOOP
    IF line.nth = 1 THEN
      outcome := 'granted';
      mark := cardinality(g_level);
      holder := granted_by[line.first];
      hashes[line.n] := line.hash;
      ids[line.n] := NULL;
      IF line.known_id IS NOT NULL THEN
        outcome := CASE WHEN line.known_hash = line.hash THEN 'known' ELSE 'conflict' END;
        IF outcome = 'known' THEN ids[line.n] := line.known_id; known := known || line.known_id; END IF;
      ELSIF holder IS NOT NULL THEN
        outcome := CASE WHEN hashes[holder] = line.hash THEN 'known' ELSE 'conflict' END;
        IF outcome = 'known' THEN ids[line.n] := ids[holder]; END IF;
      END IF;
    END IF;

    IF outcome IN ('granted', 'refused') THEN
      problem := CASE WHEN NOT line.sold THEN 'variant' WHEN NOT line.located THEN 'location' END;
      IF problem IS NULL THEN
        picked := NULL;
        rest := line.quantity;
        IF line.low IS NOT NULL THEN
          FOR i IN line.low .. line.high LOOP
            IF l_free[i] >= rest THEN picked := i; EXIT; END IF;
          END LOOP;
          IF picked IS NULL AND l_backorder[line.low] AND l_on_hand[line.low] - l_free[line.low] + rest <= most_reserved
          THEN picked := line.low; END IF;
        END IF;
        IF picked IS NOT NULL THEN
          l_free[picked] := l_free[picked] - rest;
          g_request := g_request || line.n; g_level := g_level || picked; g_quantity := g_quantity || rest;
          rest := 0;
        ELSIF line.low < line.high THEN
          FOR i IN line.low .. line.high LOOP
            part := least(l_free[i], rest);
            CONTINUE WHEN part <= 0;
            l_free[i] := l_free[i] - part;
            g_request := g_request || line.n; g_level := g_level || i; g_quantity := g_quantity || part;
            rest := rest - part;
          END LOOP;
        END IF;
        IF rest > 0 THEN
          problem := 'stock';
          short := short || line.variant;
        END IF;
      END IF;
      IF problem IS NOT NULL THEN
        outcome := 'refused';
        problems := problems || jsonb_build_object('request', line.n - 1, 'line', line.index, 'problem', problem);
      END IF;
    END IF;

    IF line.last THEN
      IF outcome = 'granted' THEN
        ids[line.n] := uuidv7();
        granted_by[line.first] := line.n;
      ELSIF outcome = 'refused' AND cardinality(g_level) > mark THEN
        FOR i IN mark + 1 .. cardinality(g_level) LOOP
          l_free[g_level[i]] := l_free[g_level[i]] + g_quantity[i];
        END LOOP;
        g_request := g_request[1:mark]; g_level := g_level[1:mark]; g_quantity := g_quantity[1:mark];
      END IF;
      outcomes[line.n] := outcome;
    END IF;
  END LOOP;

  IF look AND cardinality(short) > 0 AND EXISTS (
    SELECT FROM reservation r, jsonb_to_recordset(r.lines) AS l ("variantId" uuid)
    WHERE r.status = 'active' AND r.expires_at <= moment AND l."variantId" = ANY (short))
  THEN RETURN jsonb_build_object('due', to_jsonb(short)); END IF;

  IF cardinality(g_level) > 0 THEN
    WITH grants AS MATERIALIZED (
      SELECT n, level, quantity, (sum(quantity) OVER w)::int AS so_far, (row_number() OVER w)::int AS changes
      FROM (SELECT n, level, sum(quantity)::int AS quantity
            FROM unnest(g_request, g_level, g_quantity) AS g (n, level, quantity) GROUP BY n, level) g
      WINDOW w AS (PARTITION BY level ORDER BY n)),
    levels AS (
      UPDATE stock_level s SET reserved = s.reserved + g.quantity, version = s.version + g.changes
      FROM (SELECT l_variant[level] AS variant_id, l_location[level] AS location_id, max(so_far) AS quantity,
              max(changes) AS changes
            FROM grants GROUP BY level) g
      WHERE s.variant_id = g.variant_id AND s.location_id = g.location_id),
    movements AS (
      INSERT INTO stock_movement (variant_id, location_id, kind, reserved_delta, on_hand_after, reserved_after, version,
        reference)
      SELECT l_variant[level], l_location[level], 'reserve', quantity, l_on_hand[level], l_reserved[level] + so_far,
        l_version[level] + changes, ids[n]::text
      FROM grants ORDER BY n, level),
    made AS (
      INSERT INTO reservation AS made (id, idempotency_key, request_hash, owner, lines, expires_at)
      SELECT ids[r.n], r.key, decode(r.hash, 'hex'), r.owner, g.lines, moment + make_interval(secs => r.ttl)
      FROM (SELECT n, jsonb_agg(jsonb_build_object('variantId', l_variant[level], 'locationId', l_location[level],
              'quantity', quantity) ORDER BY level) AS lines
            FROM grants GROUP BY n) g
      JOIN ROWS FROM (jsonb_to_recordset(requests) AS (key text, hash text, "ttlSeconds" int, owner uuid))
        WITH ORDINALITY AS r (key, hash, ttl, owner, n) ON r.n = g.n
      ORDER BY r.key
      RETURNING jsonb_build_object('id', id, 'status', status, 'expiresAt', expires_at, 'lines', lines) AS reservation)
    SELECT jsonb_agg(reservation) INTO reservations FROM made;
    changed := ARRAY(SELECT DISTINCT l_variant[level] FROM unnest(g_level) AS level);
  END IF;
  IF cardinality(known) > 0 THEN
    SELECT jsonb_agg(reservation_now(r)) INTO kept FROM reservation r WHERE r.id = ANY (known);
    reservations := reservations || kept;
  END IF;
  RETURN jsonb_build_object('outcomes', outcomes, 'ids', ids, 'problems', problems, 'reservations', reservations)
    || CASE WHEN cardinality(changed) > 0 THEN stock_changes(changed, hold_ms) ELSE '{"stock": [], "changes": []}' END;
END $$;

-- Ends reservations whose rows the caller has locked, and gives back or takes what they held. Returns their variants.
-- A level that somebody has set by hand, to less than what is held, must not keep the sweeper from all others: no less
-- than nothing is reserved then, and the ledger has what it should have.
CREATE FUNCTION settle_reservations(ended uuid[], becomes reservation_status) RETURNS uuid[] LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
DECLARE
  variants uuid[];
  takes CONSTANT int := CASE becomes WHEN 'committed' THEN 1 ELSE 0 END;
BEGIN
  SELECT array_agg(DISTINCT l."variantId") INTO variants
  FROM reservation r, jsonb_to_recordset(r.lines) AS l ("variantId" uuid) WHERE r.id = ANY (ended);
  PERFORM lock_stock(variants);
  WITH parts AS MATERIALIZED (
    SELECT r.id, s.variant_id, s.location_id, l.quantity, s.on_hand, s.reserved, s.version,
      (sum(l.quantity) OVER w)::int AS so_far, (row_number() OVER w)::int AS changes
    FROM reservation r, jsonb_to_recordset(r.lines) AS l ("variantId" uuid, "locationId" uuid, quantity int)
    JOIN stock_level s ON s.variant_id = l."variantId" AND s.location_id = l."locationId"
    WHERE r.id = ANY (ended)
    WINDOW w AS (PARTITION BY s.variant_id, s.location_id ORDER BY r.id)),
  levels AS (
    UPDATE stock_level s SET reserved = greatest(0, s.reserved - p.quantity), on_hand = s.on_hand - takes * p.quantity,
      version = s.version + p.changes
    FROM (SELECT variant_id, location_id, max(so_far) AS quantity, max(changes) AS changes
          FROM parts GROUP BY variant_id, location_id) p
    WHERE s.variant_id = p.variant_id AND s.location_id = p.location_id),
  movements AS (
    INSERT INTO stock_movement (variant_id, location_id, kind, on_hand_delta, reserved_delta, on_hand_after,
      reserved_after, version, reference)
    SELECT variant_id, location_id,
      (CASE becomes WHEN 'committed' THEN 'commit' WHEN 'released' THEN 'release' ELSE 'expire' END)::movement_kind,
      -takes * quantity, -quantity, on_hand - takes * so_far, greatest(0, reserved - so_far), version + changes, id::text
    FROM parts ORDER BY variant_id, location_id, changes)
  UPDATE reservation SET status = becomes, updated_at = clock_timestamp() WHERE id = ANY (ended);
  RETURN variants;
END $$;

-- Commits or releases a reservation: { outcome, reservation, stock, changes }. The outcome is done, not_found, what it
-- has become already (committed, released, expired), or missing: reserved beyond what there is, and not come in yet.
CREATE FUNCTION end_reservation(reservation_id uuid, owners uuid[], becomes reservation_status, hold_ms int)
RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  r reservation;
  outcome text := 'done';
  variants uuid[] := '{}';
BEGIN
  IF hold_ms IS NOT NULL THEN PERFORM set_config('app.invalidates', hold_ms::text, true); END IF;
  SELECT * INTO r FROM reservation WHERE id = reservation_id FOR NO KEY UPDATE;
  IF NOT FOUND OR NOT reservation_is_of(r, owners) THEN
    RETURN '{"outcome": "not_found", "stock": [], "changes": []}';
  END IF;
  IF r.status <> 'active' THEN
    outcome := r.status;
  ELSIF r.expires_at <= clock_timestamp() THEN -- as of now, and not before it was locked
    outcome := 'expired';
  ELSIF becomes = 'committed' THEN
    PERFORM lock_stock(ARRAY(SELECT l."variantId" FROM jsonb_to_recordset(r.lines) AS l ("variantId" uuid)));
    IF EXISTS (
      SELECT FROM jsonb_to_recordset(r.lines) AS l ("variantId" uuid, "locationId" uuid, quantity int)
      JOIN stock_level s ON s.variant_id = l."variantId" AND s.location_id = l."locationId"
      WHERE s.on_hand < l.quantity)
    THEN outcome := 'missing'; END IF;
  END IF;
  IF outcome = 'done' THEN
    variants := settle_reservations(ARRAY[r.id], becomes);
    r.status := becomes;
  END IF;
  RETURN jsonb_build_object('outcome', outcome, 'reservation', reservation_now(r)) || stock_changes(variants, hold_ms);
END $$;

-- Expires `most` reservations that are over: { expired, stock, changes }. With variants: those that hold something of
-- them, and what somebody else is about to do with them is waited for. Without: the oldest that nobody is busy with.
CREATE FUNCTION expire_reservations(variants uuid[], most int, hold_ms int) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  moment CONSTANT timestamptz := clock_timestamp();
  due uuid[];
  changed uuid[];
BEGIN
  IF hold_ms IS NOT NULL THEN PERFORM set_config('app.invalidates', hold_ms::text, true); END IF;
  IF variants IS NULL THEN
    due := ARRAY(
      SELECT id FROM reservation WHERE status = 'active' AND expires_at <= moment
      ORDER BY expires_at LIMIT most FOR NO KEY UPDATE SKIP LOCKED);
  ELSE
    due := ARRAY(
      SELECT id FROM reservation r WHERE status = 'active' AND expires_at <= moment AND EXISTS (
        SELECT FROM jsonb_to_recordset(r.lines) AS l ("variantId" uuid) WHERE l."variantId" = ANY (variants))
      ORDER BY id LIMIT most FOR NO KEY UPDATE);
  END IF;
  IF cardinality(due) = 0 THEN RETURN '{"expired": 0, "stock": [], "changes": []}'; END IF;
  changed := settle_reservations(due, 'expired');
  RETURN jsonb_build_object('expired', cardinality(due)) || stock_changes(changed, hold_ms);
END $$;

-- Keeps a reservation for ttl_seconds from now, never shorter than before, and most_seconds from its beginning at most:
-- { outcome, reservation }. The outcome is done, not_found, too_long or what it has become already.
CREATE FUNCTION extend_reservation(reservation_id uuid, owners uuid[], ttl_seconds int, most_seconds int)
RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  r reservation;
  moment timestamptz;
  outcome text := 'done';
BEGIN
  SELECT * INTO r FROM reservation WHERE id = reservation_id FOR NO KEY UPDATE;
  IF NOT FOUND OR NOT reservation_is_of(r, owners) THEN RETURN '{"outcome": "not_found"}'; END IF;
  moment := clock_timestamp();
  IF r.status <> 'active' THEN
    outcome := r.status;
  ELSIF r.expires_at <= moment THEN
    outcome := 'expired';
  ELSIF moment + make_interval(secs => ttl_seconds) > r.created_at + make_interval(secs => most_seconds) THEN
    outcome := 'too_long';
  ELSE
    r.expires_at := greatest(r.expires_at, moment + make_interval(secs => ttl_seconds));
    UPDATE reservation SET expires_at = r.expires_at, updated_at = moment WHERE id = r.id;
  END IF;
  RETURN jsonb_build_object('outcome', outcome, 'reservation', reservation_now(r));
END $$;
