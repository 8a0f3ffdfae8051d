with

field_changes as (

    select * from {{ ref('int_field_changes') }}

    where rep_id is not null and not is_no_update

),

attempts as (

    select * from {{ ref('int_attempts') }}

),

check_ins as (

    select * from {{ ref('int_check_ins') }}

),

accounts as (

    select * from {{ ref('stg_salesforce__accounts') }}

    where {{ exists_as_of('created_at') }}

),

used as (

    select
        rep_id,
        changed_at as used_at,
        'update' as what,
        cast(null as {{ dbt.type_string() }}) as account_id,
        cast(null as timestamp) as logged_at
    from field_changes

    union all

    select
        rep_id,
        attempted_at as used_at,
        'activity' as what,
        cast(null as {{ dbt.type_string() }}) as account_id,
        created_at as logged_at
    from attempts

    union all

    select
        check_ins.rep_id,
        check_ins.checked_in_at as used_at,
        'check-in' as what,
        coalesce(accounts_about.account_id, accounts_of.account_id) as account_id,
        cast(null as timestamp) as logged_at
    from check_ins
    left join accounts as accounts_about on check_ins.what_id = accounts_about.account_id
    left join accounts as accounts_of on check_ins.who_id = accounts_of.account_id

),

with_lag as (

    select
        *,
        {{ fiscal_quarter('used_at') }} as quarter,
        {{ org_date('used_at') }} as used_on,
        {{ seconds_between('used_at', 'logged_at') }} / 3600 as logging_lag_hours

    from used

),

final as (

    select
        quarter,
        rep_id,
        count(case when what = 'update' then 1 end) as field_updates,
        count(distinct used_on) as active_days,
        count(case when what = 'activity' then 1 end) as activities_logged,
        {{ median('logging_lag_hours', 'logging_lag_hours >= 0') }} as median_logging_lag_hours,
        count(case when what = 'check-in' then 1 end) as check_ins,
        count(distinct account_id) as checked_in_accounts

    from with_lag

    group by quarter, rep_id

)

select * from final
