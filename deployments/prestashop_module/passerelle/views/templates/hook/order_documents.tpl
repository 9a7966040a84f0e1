{**
 * Part of the module Passerelle.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 *}
<section id="passerelle-documents" class="box">
  <h3>{l s='Deliveries and documents' mod='passerelle'}</h3>
  {if $passerelle.delivery_date}
    <p>{l s='Expected delivery:' mod='passerelle'} <strong>{$passerelle.delivery_date|escape:'html':'UTF-8'}</strong></p>
  {/if}
  {foreach from=$passerelle.documents item=document}
    <div class="passerelle-document">
      <p>
        <strong>{if $document.type == 'order'}{l s='Order' mod='passerelle'}{elseif $document.type == 'preparation'}{l s='Preparation' mod='passerelle'}{elseif $document.type == 'delivery'}{l s='Delivery note' mod='passerelle'}{elseif $document.type == 'invoice'}{l s='Invoice' mod='passerelle'}{elseif $document.type == 'credit'}{l s='Credit note' mod='passerelle'}{else}{l s='Cancelled' mod='passerelle'}{/if} {$document.number|escape:'html':'UTF-8'}</strong>
        {if $document.date}<span>&ndash; {$document.date|escape:'html':'UTF-8'}</span>{/if}
      </p>
      {if $document.lines}
        <div class="table-responsive">
          <table class="table table-bordered">
            <thead class="thead-default">
              <tr>
                <th>{l s='Item' mod='passerelle'}</th>
                <th class="text-xs-right">{l s='Quantity' mod='passerelle'}</th>
                {if $document.has_parcels}<th>{l s='Parcel' mod='passerelle'}</th>{/if}
              </tr>
            </thead>
            <tbody>
              {foreach from=$document.lines item=line}
                <tr>
                  <td>{$line.reference|escape:'html':'UTF-8'}{if $line.name}<br><small>{$line.name|escape:'html':'UTF-8'}</small>{/if}</td>
                  <td class="text-xs-right">{$line.quantity|escape:'html':'UTF-8'}</td>
                  {if $document.has_parcels}<td>{$line.parcel|escape:'html':'UTF-8'}</td>{/if}
                </tr>
              {/foreach}
            </tbody>
          </table>
        </div>
      {/if}
    </div>
  {/foreach}
  {if $passerelle.invoices}
    <div class="table-responsive">
      <table class="table table-bordered">
        <thead class="thead-default">
          <tr>
            <th>{l s='Invoice' mod='passerelle'}</th>
            <th>{l s='Date' mod='passerelle'}</th>
            <th class="text-xs-right">{l s='Total' mod='passerelle'}</th>
            <th></th>
          </tr>
        </thead>
        <tbody>
          {foreach from=$passerelle.invoices item=invoice}
            <tr>
              <td>{if $invoice.kind == 'credit'}{l s='Credit note' mod='passerelle'} {/if}{$invoice.number|escape:'html':'UTF-8'}</td>
              <td>{$invoice.date|escape:'html':'UTF-8'}</td>
              <td class="text-xs-right">{$invoice.total|escape:'html':'UTF-8'}</td>
              <td>{if $invoice.url}<a href="{$invoice.url|escape:'html':'UTF-8'}">PDF</a>{/if}</td>
            </tr>
          {/foreach}
        </tbody>
      </table>
    </div>
  {/if}
</section>
