{**
 * The page of Passerelle in the back office.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 *}
<div class="passerelle-board">
{if !$one_shop}
  <div class="alert alert-info">{l s='Choose one shop above: each has its own page.' mod='passerelle'}</div>
{else}
  {if $done === 'asked'}
    <div class="alert alert-success">{l s='Noted. Passerelle does it the next time it looks here; what became of it is listed under Asked for.' mod='passerelle'}</div>
  {elseif $done === 'nothing'}
    <div class="alert alert-warning">{l s='Nothing was changed: there was nothing to note.' mod='passerelle'}</div>
  {/if}
  {if $is_new}
    <div class="alert alert-info">
      {l s='Passerelle has not written here yet. Tick View and Modify of the resource passerelle_board for its webservice key, and start a run.' mod='passerelle'}
    </div>
  {else}
    <div class="alert {if $page.verdict === 'Completed'}alert-success{elseif $page.verdict === 'Failed'}alert-danger{else}alert-warning{/if}">
      <strong>{$page.verdict_label|escape:'html':'UTF-8'}</strong>
      {$page.verdict_hint|escape:'html':'UTF-8'}
    </div>
  {/if}
  <p class="passerelle-seen">
    {if $seen_at}{l s='Passerelle looked here last on:' mod='passerelle'} {$seen_at|escape:'html':'UTF-8'}.{/if}
    {if !$is_new}{l s='What is shown was written on:' mod='passerelle'} {$page.written_at|escape:'html':'UTF-8'}.{/if}
  </p>

  <div class="panel" id="passerelle-incidents">
    <div class="panel-heading"><i class="icon-bell"></i> {l s='What waits for you' mod='passerelle'} <span class="badge">{$incident_count|intval}</span></div>
    {foreach $page.incidents as $incident}
      <div class="passerelle-incident passerelle-{$incident.level|escape:'html':'UTF-8'}">
        <p>
          <span class="label {if $incident.level === 'error'}label-danger{elseif $incident.level === 'retry'}label-warning{else}label-info{/if}">{$incident.level_label|escape:'html':'UTF-8'}</span>
          <strong>{$incident.reason|escape:'html':'UTF-8'}</strong>
        </p>
        <p>{$incident.remedy|escape:'html':'UTF-8'}</p>
        <p class="text-muted">
          {$incident.where|escape:'html':'UTF-8'} · {l s='since' mod='passerelle'} {$incident.since_at|escape:'html':'UTF-8'}
          {if $incident.keys} · {l s='concerns' mod='passerelle'}
            {foreach $incident.keys as $key}<code>{$key|escape:'html':'UTF-8'}</code> {/foreach}
            {if $incident.has_more}{l s='and others, in all' mod='passerelle'} {$incident.count|intval}{/if}
          {/if}
        </p>
      </div>
    {/foreach}
    {if $page.rejects}
      <p>{l s='Rejected lines wait for their correction, in the folder rejects of Passerelle. Their reasons are beside the run, below.' mod='passerelle'}</p>
      <ul>{foreach $page.rejects as $file}<li><code>{$file.name|escape:'html':'UTF-8'}</code> : {$file.lines|intval}</li>{/foreach}</ul>
    {/if}
    {if !$page.incidents && !$page.rejects}<p>{l s='Nothing waits for you.' mod='passerelle'}</p>{/if}
  </div>

  <div class="panel" id="passerelle-runs">
    <div class="panel-heading"><i class="icon-refresh"></i> {l s='Last runs' mod='passerelle'}</div>
    {if $may_ask && $page.flows}
      <form class="form-inline passerelle-line" method="post" action="{$action|escape:'html':'UTF-8'}">
        <label for="passerelle-flow">{l s='Start now' mod='passerelle'}</label>
        <select name="flow" id="passerelle-flow" class="form-control">
          {foreach $page.flows as $flow}<option value="{$flow.name|escape:'html':'UTF-8'}">{$flow.label|escape:'html':'UTF-8'}</option>{/foreach}
        </select>
        <button type="submit" name="ask_run" value="1" class="btn btn-primary">{l s='Ask for this run' mod='passerelle'}</button>
      </form>
    {/if}
    <table class="table passerelle-cards">
      <thead><tr>
        <th>{l s='Flow' mod='passerelle'}</th><th>{l s='When' mod='passerelle'}</th><th>{l s='Outcome' mod='passerelle'}</th>
        <th>{l s='Rows' mod='passerelle'}</th><th>{l s='Message' mod='passerelle'}</th>
      </tr></thead>
      <tbody>
        {foreach $page.runs as $run}
          <tr>
            <td data-label="{l s='Flow' mod='passerelle'}">{$run.label|escape:'html':'UTF-8'}</td>
            <td data-label="{l s='When' mod='passerelle'}">{$run.started_at|escape:'html':'UTF-8'}</td>
            <td data-label="{l s='Outcome' mod='passerelle'}"><span class="label {if $run.state === 'Completed'}label-success{elseif $run.state === 'Failed' || $run.state === 'Crashed'}label-danger{else}label-warning{/if}">{$run.state_label|escape:'html':'UTF-8'}</span></td>
            <td data-label="{l s='Rows' mod='passerelle'}">{foreach $run.counts as $one}{if !$one@first}, {/if}{$one.count|intval} {$one.label|escape:'html':'UTF-8'}{foreachelse}–{/foreach}</td>
            <td data-label="{l s='Message' mod='passerelle'}"><span class="passerelle-answer">{$run.message|escape:'html':'UTF-8'}</span>{if $run.url} <a href="{$run.url|escape:'html':'UTF-8'}" target="_blank" rel="noopener noreferrer">{l s='Report' mod='passerelle'}</a>{/if}
              {if $run.reasons}<ul class="passerelle-reasons">{foreach $run.reasons as $reason}<li>{$reason|escape:'html':'UTF-8'}</li>{/foreach}</ul>{/if}</td>
          </tr>
        {foreachelse}
          <tr><td colspan="5">{l s='No run has had anything to tell yet.' mod='passerelle'}</td></tr>
        {/foreach}
      </tbody>
    </table>
    <p class="text-muted">{l s='A run that found nothing new, or the same as the one before, is not listed.' mod='passerelle'}</p>
  </div>

  <div class="panel" id="passerelle-requests">
    <div class="panel-heading"><i class="icon-inbox"></i> {l s='Asked for' mod='passerelle'}</div>
    <table class="table passerelle-cards">
      <thead><tr>
        <th>{l s='What' mod='passerelle'}</th><th>{l s='By' mod='passerelle'}</th><th>{l s='When' mod='passerelle'}</th><th>{l s='What became of it' mod='passerelle'}</th>
      </tr></thead>
      <tbody>
        {foreach $requests as $request}
          <tr>
            <td data-label="{l s='What' mod='passerelle'}">
              {if $request.kind === 'run'}{l s='Run' mod='passerelle'} : {$request.subject|escape:'html':'UTF-8'}
              {elseif $request.kind === 'resend_order'}{l s='Send again order' mod='passerelle'} {$request.subject|escape:'html':'UTF-8'}
              {else}{if $request.kind === 'settings'}{l s='Settings' mod='passerelle'}{else}{l s='Associations' mod='passerelle'}{/if}
                {foreach $request.content as $change}<br>{$change|escape:'html':'UTF-8'}{/foreach}
              {/if}
            </td>
            <td data-label="{l s='By' mod='passerelle'}">{$request.who|escape:'html':'UTF-8'}</td>
            <td data-label="{l s='When' mod='passerelle'}">{$request.asked_at|escape:'html':'UTF-8'}</td>
            <td data-label="{l s='What became of it' mod='passerelle'}">
              {if $request.state === 'asked'}<span class="label label-default">{l s='not seen by Passerelle yet' mod='passerelle'}</span>
              {else}<span class="label {if $request.state === 'done'}label-success{else}label-danger{/if}">{if $request.state === 'done'}{l s='done' mod='passerelle'}{else}{l s='refused' mod='passerelle'}{/if}</span>
                <span class="passerelle-answer">{$request.answer|escape:'html':'UTF-8'}</span> <span class="text-muted">{$request.answered_at|escape:'html':'UTF-8'}</span>
              {/if}
            </td>
          </tr>
        {foreachelse}
          <tr><td colspan="4">{l s='Nothing was asked for yet.' mod='passerelle'}</td></tr>
        {/foreach}
      </tbody>
    </table>
  </div>

  <div class="panel" id="passerelle-orders">
    <div class="panel-heading"><i class="icon-credit-card"></i> {l s='Orders' mod='passerelle'}</div>
    <form class="form-inline passerelle-line" method="post" action="{$action|escape:'html':'UTF-8'}#passerelle-orders">
      <input type="text" name="search" value="{$search|escape:'html':'UTF-8'}" class="form-control" placeholder="{l s='Number or reference' mod='passerelle'}" aria-label="{l s='Number or reference' mod='passerelle'}">
      <select name="orders" class="form-control" aria-label="{l s='Which orders' mod='passerelle'}">
        <option value="all">{l s='All orders' mod='passerelle'}</option>
        <option value="no"{if $filter === 'no'} selected{/if}>{l s='Not synchronised only' mod='passerelle'}</option>
        <option value="sent"{if $filter === 'sent'} selected{/if}>{l s='Sent in a file, not confirmed' mod='passerelle'}</option>
      </select>
      <button type="submit" class="btn btn-default">{l s='Show' mod='passerelle'}</button>
    </form>
    <table class="table passerelle-cards">
      <thead><tr>
        <th>{l s='Order' mod='passerelle'}</th><th>{l s='Date' mod='passerelle'}</th><th>{l s='State' mod='passerelle'}</th>
        <th>{l s='Synchronised' mod='passerelle'}</th><th>{l s='Document of the ERP' mod='passerelle'}</th><th></th>
      </tr></thead>
      <tbody>
        {foreach $orders as $order}
          <tr>
            <td data-label="{l s='Order' mod='passerelle'}"><a href="{$order.link|escape:'html':'UTF-8'}">{$order.id_order|intval} · {$order.reference|escape:'html':'UTF-8'}</a></td>
            <td data-label="{l s='Date' mod='passerelle'}">{dateFormat date=$order.date_add full=1}</td>
            <td data-label="{l s='State' mod='passerelle'}">{$order.state_name|escape:'html':'UTF-8'}</td>
            <td data-label="{l s='Synchronised' mod='passerelle'}">
              {if $order.state === 'delivered'}<span class="label label-success">{l s='yes' mod='passerelle'}</span>
              {elseif $order.state === 'sent'}<span class="label label-info">{l s='sent in a file: no file of the ERP names it yet' mod='passerelle'}</span>
              {elseif $order.state === 'held'}<span class="label label-danger">{l s='no: waits for a person' mod='passerelle'}</span>
              {elseif $order.state}<span class="label label-warning">{l s='no: looked at again' mod='passerelle'}</span>
              {else}<span class="label label-default">{l s='no: not due, or not looked at yet' mod='passerelle'}</span>{/if}
              {if $order.why}<br><small>{$order.why|escape:'html':'UTF-8'}</small>{/if}
            </td>
            <td data-label="{l s='Document of the ERP' mod='passerelle'}">{$order.erp_number|escape:'html':'UTF-8'}</td>
            <td>
              {if $may_ask}
                <form method="post" action="{$action|escape:'html':'UTF-8'}">
                  <input type="hidden" name="id_order" value="{$order.id_order|intval}">
                  <button type="submit" name="ask_order" value="1" class="btn btn-default btn-sm">{l s='Send again' mod='passerelle'}</button>
                </form>
              {/if}
            </td>
          </tr>
        {foreachelse}
          <tr><td colspan="6">{l s='No such order.' mod='passerelle'}</td></tr>
        {/foreach}
      </tbody>
    </table>
    <form method="post" class="passerelle-line" action="{$action|escape:'html':'UTF-8'}#passerelle-orders">
      <input type="hidden" name="search" value="{$search|escape:'html':'UTF-8'}"><input type="hidden" name="orders" value="{$filter|escape:'html':'UTF-8'}">
      {if $page_of_orders > 1}<button type="submit" name="page_of_orders" value="{($page_of_orders - 1)|intval}" class="btn btn-default">{l s='Newer' mod='passerelle'}</button>{/if}
      {if $has_more}<button type="submit" name="page_of_orders" value="{($page_of_orders + 1)|intval}" class="btn btn-default">{l s='Older' mod='passerelle'}</button>{/if}
    </form>
    <p class="text-muted">{l s='Sending again asks the ERP first: what it has is not created a second time.' mod='passerelle'}</p>
  </div>

  {if $page.settings}
  <form class="panel" id="passerelle-settings" method="post" action="{$action|escape:'html':'UTF-8'}">
    <input type="hidden" name="ask_settings" value="1">
    <div class="panel-heading"><i class="icon-cogs"></i> {l s='Settings' mod='passerelle'}</div>
    <p class="text-muted">{l s='These are the values of the file settings.toml. Passerelle checks a change as it checks the file, writes it there, and answers under Asked for. If the file was changed meanwhile, the file wins. Addresses and secrets stay in the file.' mod='passerelle'}</p>
    {foreach $page.settings as $table}
      <fieldset>
        <legend>{$table.title|escape:'html':'UTF-8'}</legend>
        {foreach $table.fields as $field}
          <div class="passerelle-field">
            <label for="passerelle-{$field.key|escape:'html':'UTF-8'}">{$field.label|escape:'html':'UTF-8'}</label>
            <input type="hidden" name="seen[{$field.key|escape:'html':'UTF-8'}]" value="{$field.value|escape:'html':'UTF-8'}">
            <div>
            {if $field.kind === 'choice'}
              <select class="form-control" id="passerelle-{$field.key|escape:'html':'UTF-8'}" name="settings[{$field.key|escape:'html':'UTF-8'}]"{if !$may_edit} disabled{/if}>
                {foreach $field.choices as $choice}<option value="{$choice.value|escape:'html':'UTF-8'}"{if $choice.value === $field.value} selected{/if}>{$choice.label|escape:'html':'UTF-8'}</option>{/foreach}
              </select>
            {elseif $field.kind === 'order_states'}
              {foreach $field.chosen as $id => $place}{if $id && !isset($options.order_states[$id])}<input type="hidden" name="settings[{$field.key|escape:'html':'UTF-8'}][]" value="{$id|escape:'html':'UTF-8'}">{/if}{/foreach}
              {foreach $options.order_states as $id => $name}
                <label class="passerelle-box"><input type="checkbox" name="settings[{$field.key|escape:'html':'UTF-8'}][]" value="{$id|escape:'html':'UTF-8'}"{if isset($field.chosen[$id])} checked{/if}{if !$may_edit} disabled{/if}> {$name|escape:'html':'UTF-8'}</label>
              {/foreach}
            {else}
              <input type="text" class="form-control" id="passerelle-{$field.key|escape:'html':'UTF-8'}" name="settings[{$field.key|escape:'html':'UTF-8'}]" value="{$field.value|escape:'html':'UTF-8'}"{if $field.kind !== 'text'} inputmode="decimal"{/if}{if !$may_edit} disabled{/if}>
            {/if}
            </div>
          </div>
        {/foreach}
      </fieldset>
    {/foreach}
    {* What comes last proves that the form came whole. *}
    <input type="hidden" name="whole" value="1">
    {if $may_edit}<button type="submit" class="btn btn-primary">{l s='Save' mod='passerelle'}</button>{/if}
  </form>
  {/if}

  {if $page.associations}
  <form class="panel" id="passerelle-associations" method="post" action="{$action|escape:'html':'UTF-8'}">
    <input type="hidden" name="ask_associations" value="1">
    <div class="panel-heading"><i class="icon-random"></i> {l s='Associations' mod='passerelle'}</div>
    <p class="text-muted">{l s='Which code of the ERP is which thing of the shop, as in the file associations.toml. An empty right side removes a line.' mod='passerelle'}</p>
    {foreach $page.associations as $section}
      <fieldset>
        <legend>{$section.title|escape:'html':'UTF-8'}</legend>
        {foreach $section.rows as $row}
          {assign var='name' value="association[`$section.section`][`$row@index`]"}
          <div class="passerelle-pair">
            <input type="hidden" name="{$name|escape:'html':'UTF-8'}[code]" value="{$row.code|escape:'html':'UTF-8'}">
            <input type="hidden" name="{$name|escape:'html':'UTF-8'}[seen]" value="{$row.value|escape:'html':'UTF-8'}">
            {if $section.shop_side === 'key'}
              <span class="passerelle-code">{if isset($options[$section.options][$row.code])}{$options[$section.options][$row.code]|escape:'html':'UTF-8'}{else}{$row.code|escape:'html':'UTF-8'}{/if}</span>
              <input type="text" class="form-control" name="{$name|escape:'html':'UTF-8'}[value]" value="{$row.value|escape:'html':'UTF-8'}" aria-label="{$row.code|escape:'html':'UTF-8'}"{if !$may_edit} disabled{/if}>
            {else}
              <span class="passerelle-code">{$row.code|escape:'html':'UTF-8'}</span>
              <select class="form-control" name="{$name|escape:'html':'UTF-8'}[value]" aria-label="{$row.code|escape:'html':'UTF-8'}"{if !$may_edit} disabled{/if}>
                <option value=""></option>
                {if !isset($options[$section.options][$row.value])}<option value="{$row.value|escape:'html':'UTF-8'}" selected>{$row.value|escape:'html':'UTF-8'} ({l s='not in the shop' mod='passerelle'})</option>{/if}
                {foreach $options[$section.options] as $id => $label}<option value="{$id|escape:'html':'UTF-8'}"{if "`$id`" === $row.value} selected{/if}>{$label|escape:'html':'UTF-8'}</option>{/foreach}
              </select>
            {/if}
          </div>
        {/foreach}
        {if $may_edit}
          {assign var='name' value="association[`$section.section`][new]"}
          <div class="passerelle-pair passerelle-new">
            {if $section.shop_side === 'key'}
              <select class="form-control" name="{$name|escape:'html':'UTF-8'}[code]" aria-label="{l s='In the shop' mod='passerelle'}">
                <option value="">{l s='Add: in the shop' mod='passerelle'}</option>
                {foreach $options[$section.options] as $id => $label}<option value="{$id|escape:'html':'UTF-8'}">{$label|escape:'html':'UTF-8'}</option>{/foreach}
              </select>
              <input type="text" class="form-control" name="{$name|escape:'html':'UTF-8'}[value]" placeholder="{l s='Code of the ERP' mod='passerelle'}" aria-label="{l s='Code of the ERP' mod='passerelle'}">
            {else}
              <input type="text" class="form-control" name="{$name|escape:'html':'UTF-8'}[code]" placeholder="{l s='Add: code of the ERP' mod='passerelle'}" aria-label="{l s='Code of the ERP' mod='passerelle'}">
              <select class="form-control" name="{$name|escape:'html':'UTF-8'}[value]" aria-label="{l s='In the shop' mod='passerelle'}">
                <option value=""></option>
                {foreach $options[$section.options] as $id => $label}<option value="{$id|escape:'html':'UTF-8'}">{$label|escape:'html':'UTF-8'}</option>{/foreach}
              </select>
            {/if}
          </div>
        {/if}
      </fieldset>
    {/foreach}
    {* What comes last proves that the form came whole. *}
    <input type="hidden" name="whole" value="1">
    {if $may_edit}<button type="submit" class="btn btn-primary">{l s='Save' mod='passerelle'}</button>{/if}
  </form>
  {/if}
{/if}
</div>
