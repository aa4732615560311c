/** Gives products of the seed the names by which the bench asks for them. */
import pg from 'pg'

export async function renameProducts(databaseUrl: string, slugs: readonly string[]): Promise<void> {
  const sql = new pg.Client({ connectionString: databaseUrl })
  await sql.connect()
  await sql.query(
    `UPDATE product SET slug = names.slug
     FROM unnest($1::text[]) WITH ORDINALITY AS names(slug, number)
     JOIN (SELECT id, row_number() OVER (ORDER BY id) AS number FROM product
           WHERE status = 'active' AND NOT slug = ANY($1)) others USING (number)
     WHERE product.id = others.id AND names.slug <> 'blue-mug'`,
    [slugs],
  )
  await sql.end()
}
