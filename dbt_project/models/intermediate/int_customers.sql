with

sales_cycles as (

    select * from {{ ref('int_sales_cycles') }}

),

accounts as (

    select * from {{ ref('stg_salesforce__accounts') }}

    where {{ exists_as_of('created_at') }}

),

reps as (

    select * from {{ ref('int_reps') }}

),

quarters as (

    select * from {{ ref('int_quarters') }}

),

referral_asks as (

    select * from {{ ref('int_referral_asks') }}

),

customers as (

    select
        accounts.account_id,
        min(sales_cycles.closed_at) as customer_since

    from accounts

    inner join sales_cycles on accounts.account_id = sales_cycles.account_id

    where sales_cycles.is_won and sales_cycles.closed_at is not null

    group by 1

),

owned_now as (

    select
        account_id as record_id,
        {{ as_of() }} as at
    from customers

),

owners as (

    {{ owner_at('owned_now', 'Account') }}

),

asked_in as (

    select distinct
        account_id,
        {{ fiscal_quarter('asked_at') }} as quarter

    from referral_asks

    where account_id is not null

),

-- A customer stays one: it has a row for every quarter from its first won deal on.
final as (

    select
        quarters.quarter,
        customers.account_id,
        reps.rep_id,
        asked_in.account_id is not null as is_asked

    from customers

    inner join quarters on customers.customer_since < quarters.ends_at

    left join owners on customers.account_id = owners.record_id

    left join reps on owners.owner_id = reps.rep_id

    left join asked_in
        on
            customers.account_id = asked_in.account_id
            and quarters.quarter = asked_in.quarter

)

select * from final
