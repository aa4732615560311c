-- Written by npm run migrate:new, but for the last part.
-- DropIndex
DROP INDEX "product_price_range_currency_min_minor_product_id_idx";

-- AlterTable
ALTER TABLE "product_price_range" ADD COLUMN     "active" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "category_id" UUID;

-- CreateTable
CREATE TABLE "title_word" (
    "word" TEXT NOT NULL,

    CONSTRAINT "title_word_pkey" PRIMARY KEY ("word")
);

-- CreateTable
CREATE TABLE "product_listing" (
    "product_id" UUID NOT NULL,
    "active" BOOLEAN NOT NULL,
    "category_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "title_key" TEXT NOT NULL,
    "facet_values" UUID[] DEFAULT ARRAY[]::UUID[],
    "in_stock" BOOLEAN NOT NULL,

    CONSTRAINT "product_listing_pkey" PRIMARY KEY ("product_id")
);

-- CreateIndex
CREATE INDEX "title_word_trgm_idx" ON "title_word" USING GIN ("word" gin_trgm_ops);

-- CreateIndex
CREATE INDEX "product_price_range_currency_min_minor_product_id_active_ca_idx" ON "product_price_range"("currency", "min_minor", "product_id", "active", "category_id");

-- AddForeignKey
ALTER TABLE "product_listing" ADD CONSTRAINT "product_listing_product_id_fkey" FOREIGN KEY ("product_id") REFERENCES "product"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma can't say -----------------------------------------------------------------------------------------------

-- A change of stock alone touches no index: it stays on its page (HOT), if there is room.
ALTER TABLE product_listing ALTER COLUMN facet_values SET NOT NULL, SET (fillfactor = 85);

-- A product has its row whatever its status, so that whoever changes a part of it has something to lock: two that
-- change two parts of a product take turns, and the second one sees what the first one wrote.
CREATE FUNCTION refresh_product_listing(product_ids uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM product_listing WHERE product_id = ANY (product_ids) ORDER BY product_id FOR UPDATE;
  INSERT INTO product_listing AS l (product_id, active, category_id, created_at, title_key, facet_values, in_stock)
  SELECT p.id, p.status = 'active', p.category_id, p.created_at, lower(p.title),
    ARRAY(SELECT facet_value_id FROM product_facet_value WHERE product_id = p.id ORDER BY facet_value_id),
    EXISTS(SELECT FROM variant v JOIN stock_level s ON s.variant_id = v.id
      WHERE v.product_id = p.id AND v.deleted_at IS NULL AND s.on_hand - s.reserved > s.safety_stock)
  FROM product p WHERE p.id = ANY (product_ids) ORDER BY p.id
  ON CONFLICT (product_id) DO UPDATE SET active = EXCLUDED.active, category_id = EXCLUDED.category_id,
    created_at = EXCLUDED.created_at, title_key = EXCLUDED.title_key, facet_values = EXCLUDED.facet_values,
    in_stock = EXCLUDED.in_stock
  WHERE l IS DISTINCT FROM EXCLUDED;
  UPDATE product_price_range r SET active = l.active, category_id = l.category_id
  FROM product_listing l
  WHERE l.product_id = ANY (product_ids) AND r.product_id = l.product_id
    AND (r.active, r.category_id) IS DISTINCT FROM (l.active, l.category_id);
END $$;
SELECT refresh_product_listing(ARRAY(SELECT id FROM product));

-- A range that is new, or made anew. Whoever makes it has locked the product.
CREATE FUNCTION product_price_range_listing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  SELECT status = 'active', category_id INTO NEW.active, NEW.category_id FROM product WHERE id = NEW.product_id;
  RETURN NEW;
END $$;
CREATE TRIGGER product_price_range_listing BEFORE INSERT ON product_price_range
  FOR EACH ROW EXECUTE FUNCTION product_price_range_listing();

-- TG_ARGV: a query for the products of the rows in "changed" (and "before"). With app.listing = 'off' nothing is done:
-- for bulk loads, which call refresh_product_listing themselves, once for all tables.
CREATE FUNCTION product_listing_follow() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  ids uuid[];
BEGIN
  IF coalesce(current_setting('app.listing', true), '') = 'off' THEN RETURN NULL; END IF;
  EXECUTE 'SELECT ARRAY(SELECT DISTINCT product_id FROM (' || TG_ARGV[0] || ') found)' INTO ids;
  IF cardinality(ids) > 0 THEN PERFORM refresh_product_listing(ids); END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER listing_insert AFTER INSERT ON product REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION product_listing_follow('SELECT id AS product_id FROM changed');
CREATE TRIGGER listing_update AFTER UPDATE ON product REFERENCING OLD TABLE AS before NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION product_listing_follow(
    'SELECT n.id AS product_id FROM before o JOIN changed n ON n.id = o.id
     WHERE (o.status, o.category_id, o.created_at, o.title) IS DISTINCT FROM (n.status, n.category_id, n.created_at, n.title)');

CREATE TRIGGER listing_insert AFTER INSERT ON product_facet_value REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION product_listing_follow('SELECT product_id FROM changed');
CREATE TRIGGER listing_update AFTER UPDATE ON product_facet_value REFERENCING OLD TABLE AS before NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION product_listing_follow(
    'SELECT product_id FROM before UNION ALL SELECT product_id FROM changed');
CREATE TRIGGER listing_delete AFTER DELETE ON product_facet_value REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION product_listing_follow('SELECT product_id FROM changed');

CREATE TRIGGER listing_update AFTER UPDATE ON variant REFERENCING OLD TABLE AS before NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION product_listing_follow(
    'SELECT unnest(ARRAY[o.product_id, n.product_id]) AS product_id FROM before o JOIN changed n ON n.id = o.id
     WHERE (o.product_id, o.deleted_at IS NULL) IS DISTINCT FROM (n.product_id, n.deleted_at IS NULL)');
CREATE TRIGGER listing_delete AFTER DELETE ON variant REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION product_listing_follow('SELECT product_id FROM changed');

CREATE TRIGGER listing_insert AFTER INSERT ON stock_level REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION product_listing_follow(
    'SELECT v.product_id FROM changed c JOIN variant v ON v.id = c.variant_id WHERE c.on_hand - c.reserved > c.safety_stock');
-- Stock moves all the time: only a row that begins or ceases to have some calls a function at all.
CREATE FUNCTION product_listing_stock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM refresh_product_listing(ARRAY(
    SELECT DISTINCT product_id FROM variant WHERE id IN (OLD.variant_id, NEW.variant_id) ORDER BY product_id));
  RETURN NULL;
END $$;
CREATE TRIGGER listing_update AFTER UPDATE ON stock_level FOR EACH ROW
  WHEN ((OLD.on_hand - OLD.reserved > OLD.safety_stock) <> (NEW.on_hand - NEW.reserved > NEW.safety_stock)
    OR OLD.variant_id <> NEW.variant_id) EXECUTE FUNCTION product_listing_stock();
CREATE TRIGGER listing_delete AFTER DELETE ON stock_level FOR EACH ROW
  WHEN (OLD.on_hand - OLD.reserved > OLD.safety_stock) EXECUTE FUNCTION product_listing_stock();

-- The orders of a list, and its filters. Whether something is in stock is in no index: nearly everything is.
CREATE INDEX product_listing_newest_idx ON product_listing (created_at DESC, product_id DESC) WHERE active;
CREATE INDEX product_listing_title_idx ON product_listing (title_key, product_id) WHERE active;
CREATE INDEX product_listing_category_idx ON product_listing (category_id, created_at DESC, product_id DESC) WHERE active;
CREATE INDEX product_listing_facets_idx ON product_listing USING gin (facet_values) WHERE active;

-- Suggestions: titles by the beginnings of their words, and the words themselves.
CREATE INDEX product_title_words_idx ON product USING gin (to_tsvector('simple', title)) WHERE status = 'active';
CREATE FUNCTION title_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- In one order, so that two that bring the same new words wait for each other instead of blocking each other.
  INSERT INTO title_word (word)
  SELECT DISTINCT word FROM changed, unnest(tsvector_to_array(to_tsvector('simple', left(title, 1000)))) word
  WHERE length(word) BETWEEN 3 AND 40 AND NOT EXISTS (SELECT FROM title_word known WHERE known.word = word.word)
  ORDER BY word ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER title_words_insert AFTER INSERT ON product REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION title_words();
CREATE TRIGGER title_words_update AFTER UPDATE ON product REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION title_words();
INSERT INTO title_word (word)
SELECT DISTINCT word FROM product, unnest(tsvector_to_array(to_tsvector('simple', left(title, 1000)))) word
WHERE length(word) BETWEEN 3 AND 40;
